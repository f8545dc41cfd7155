using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class TopicWatchTests : IDisposable
{
    private readonly MockKafka _kafka = new();
    private readonly TestClock _time = new();
    private readonly LogProbe _log = new();
    private readonly TopicAdmin _admin;
    private readonly TopicWatch _watch;

    public TopicWatchTests()
    {
        var options = new KafkaOptions { BootstrapServers = _kafka.BootstrapServers, Topics = [new("like", []), new("room", [])] };
        var clock = new MonotonicClock(_time);
        _admin = new TopicAdmin(options);
        _watch = new TopicWatch(options, _admin, new BrokerComplaints("mock", clock, _log), clock, _log);
    }

    public void Dispose()
    {
        _admin.Dispose();
        _kafka.Dispose();
    }

    [Fact]
    public async Task A_number_of_partitions_that_is_another_later_ends_the_source()
    {
        await _kafka.CreateAsync("like", "room");
        Assert.Equal(MockKafka.Partitions, _watch.WaitForTopics(TestContext.Current.CancellationToken));
        _time.Pass(15_000);

        // As if the topics had had one less when it began: the mock brokers cannot add any.
        KafkaSourceException? said = null;
        await WaitFor.TrueAsync(() => (said = Checked(MockKafka.Partitions - 1)) is not null, "the other number");
        Assert.Matches("^Topic (like|room) has 4 partitions now and had 3: rooms have moved between partitions; .+ start again\\.$", said!.Message);
    }

    private KafkaSourceException? Checked(int partitions)
    {
        try
        {
            _watch.Check(partitions);
            return null;
        }
        catch (KafkaSourceException other)
        {
            return other;
        }
    }
}
