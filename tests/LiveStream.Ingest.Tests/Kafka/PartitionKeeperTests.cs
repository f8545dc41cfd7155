using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Options;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>A partition that has records and does not move, beside a client that nobody asks for any: as if it were broken.</summary>
public sealed class PartitionKeeperTests : IAsyncLifetime
{
    private const int Group = 3;
    private const int Records = 5;

    private readonly MockKafka _kafka = new();
    private readonly GroupRig _rig = new();
    private readonly LogProbe _log = new();
    private readonly TopicAdmin _admin;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly PartitionKeeper _keeper;

    public PartitionKeeperTests()
    {
        var options = new KafkaOptions { BootstrapServers = _kafka.BootstrapServers, GroupId = "kept" };
        _admin = new TopicAdmin(options);
        _consumer = new ConsumerBuilder<byte[], byte[]>(KafkaProperties.Consumer(options)).SetLogHandler((_, _) => { }).Build();
        _keeper = new PartitionKeeper(
            _consumer, _rig.Groups, new EndProbe(_admin, _log), new EngineOptions(), new BrokerComplaints("mock", _rig.Clock, _log), _log);
    }

    public async ValueTask InitializeAsync()
    {
        await _kafka.CreateAsync("like", "room");
        for (var i = 0; i < Records; i++)
        {
            _kafka.Send("like", "r1", 1_700_000_000_000 + i, "{}", Group);
        }

        _kafka.Flush();
        _consumer.Assign(GroupRig.Partitions(Group).Select(partition => new TopicPartitionOffset(partition, 0)));
        _rig.Assign(Group);
        await _rig.ReadingAsync(1);
        await WaitFor.TrueAsync(() => !Keep() && _keeper.Lag.Sum(partition => partition.Lag) == Records, "the brokers' word about the lag");
    }

    public async ValueTask DisposeAsync()
    {
        _consumer.Close();
        _consumer.Dispose();
        _admin.Dispose();
        await _rig.DisposeAsync();
        _kafka.Dispose();
    }

    [Fact]
    public void A_partition_that_does_not_move_for_30_s_asks_for_another_consumer_in_one_line()
    {
        _rig.Time.Pass(20_000);
        _rig.Groups.Of(Group)!.OnRecord(0, 0, _rig.Clock.NowMs);
        _rig.Time.Pass(30_000);
        Assert.False(Keep());
        Assert.Empty(_log.Lines);
        _rig.Time.Pass(1);
        Assert.True(Keep());
        Assert.Equal("Error: like [[3]] has 4 records to read and has not moved for 30 s; the consumer is built anew.", Assert.Single(_log.Lines));
    }

    [Fact]
    public void While_everything_is_paused_nothing_is_stuck_and_the_pause_does_not_count()
    {
        _rig.Time.Pass(40_000);
        Assert.False(Keep(blocked: true));
        _keeper.ResumeAll(_rig.Clock.NowMs);
        _rig.Time.Pass(30_000);
        Assert.False(Keep());
        Assert.Empty(_log.Lines);
        _rig.Time.Pass(1);
        Assert.True(Keep());
    }

    [Fact]
    public void A_group_with_old_events_is_read_as_one_that_is_behind()
    {
        Assert.False(Keep());
        Assert.False(_rig.Groups.Of(Group)!.Intake.IsBehind);
        _rig.Read(Group, 2);
        Assert.False(Keep());
        Assert.True(_rig.Groups.Of(Group)!.Intake.IsBehind);
    }

    private bool Keep(bool blocked = false) => _keeper.Keep(_rig.Clock.NowMs, _rig.Clock.WallMs, blocked);
}
