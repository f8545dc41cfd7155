using System.Text.Json;
using Confluent.Kafka;
using LiveStream.App.Commands;
using LiveStream.App.Simulate;

namespace LiveStream.App.Tests.Simulate;

/// <summary>The sink against librdkafka's mock brokers, read back with an ordinary consumer.</summary>
public sealed class KafkaSinkTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly IProducer<Null, Null> _owner;
    private readonly string _brokers;

    public KafkaSinkTests()
    {
        Ingest.Native.KafkaLibrary.EnsureLoaded();
        var config = new ProducerConfig();
        config.Set("test.mock.num.brokers", "1");
        _owner = new ProducerBuilder<Null, Null>(config).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
        var broker = admin.GetMetadata(Deadline).Brokers[0];
        _brokers = $"{broker.Host}:{broker.Port}";
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task EveryEventArrivesOnceInItsTopicKeyedByRoom(int batch)
    {
        var options = SimulationOptions.For(Workload.Show) with { Rooms = 3, Viewers = 300, Minutes = 5, Batch = batch, Duplicates = 0.1, StartMs = SimulationOptions.FixedStartMs };
        var truth = new TruthLedger(options);
        using var sink = new KafkaSink(options, new KafkaSinkOptions(_brokers, KafkaSinkOptions.DefaultTopics) { Paced = false, BrokerCreatesTopics = true }, truth);
        var sent = await sink.RunAsync(EventSources.Create(options), TimeProvider.System, null, TestContext.Current.CancellationToken);

        var expected = Made.Events(EventSources.Create(options));
        Assert.Equal(expected.Count, sent.Lines);
        Assert.Equal((sent.Lines, 0L, 0L, sent.Lines), (sink.Delivered, sink.Failed, sink.WithoutTopic, truth.Read));
        var records = Consume(sent.Lines);
        Assert.Equal(batch > 1, records.Exists(record => record.Events.Count > 1));
        Assert.All(records, record => Assert.InRange(record.Events.Count, 1, batch));
        foreach (var (topic, partition, key, timestampMs, events) in records)
        {
            var types = KafkaSinkOptions.DefaultTopics.Single(t => t.Topic == topic).Types.Select(Metrics.Events.EventTypes.Name).ToList();
            Assert.All(events, e => Assert.Equal(key, e.GetProperty("room").GetString()));
            Assert.All(events, e => Assert.Contains(e.GetProperty("type").GetString(), types));
            Assert.All(events, e => Assert.True(e.GetProperty("ts").GetInt64() <= timestampMs));
            Assert.Equal(RoomPartitions.Of(System.Text.Encoding.UTF8.GetBytes(key), 4), partition);
        }

        var payments = records.SelectMany(record => record.Events).Where(e => e.GetProperty("type").GetString() == "payment").DistinctBy(e => e.GetProperty("id").GetString()).Count();
        Assert.Equal(payments, truth.Rooms.Sum(room => room.Events[(int)Metrics.Events.EventType.Payment]));
    }

    [Fact]
    public async Task RealTimeIsKeptAndCancellingFlushes()
    {
        var options = SimulationOptions.For(Workload.W1) with { Rooms = 10, Viewers = 1000, Rate = 5000, StartMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() };
        using var sink = new KafkaSink(options, new KafkaSinkOptions(_brokers, KafkaSinkOptions.DefaultTopics) { BrokerCreatesTopics = true }, null);
        using var stop = new CancellationTokenSource();
        var from = TimeProvider.System.GetTimestamp();
        var sent = await sink.RunAsync(
            EventSources.Create(options),
            TimeProvider.System,
            at =>
            {
                Assert.True(at.SendMs <= TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
                if (at.Lines >= 3000)
                {
                    stop.Cancel();
                }
            },
            stop.Token);

        Assert.True(TimeProvider.System.GetElapsedTime(from) >= TimeSpan.FromMilliseconds(550));
        Assert.Equal(sent.Lines, sink.Delivered);
        Assert.Equal(sent.Lines, Consume(sent.Lines).Sum(record => record.Events.Count));
    }

    [Fact]
    public async Task ABrokerThatIsNotThereIsOneSentence()
    {
        var options = SimulationOptions.For(Workload.W1) with { Rooms = 10, Viewers = 1000, Rate = 5000 };
        using var sink = new KafkaSink(options, new KafkaSinkOptions("127.0.0.1:1", KafkaSinkOptions.DefaultTopics), null);

        var failure = await Assert.ThrowsAsync<FailureException>(() => sink.RunAsync(EventSources.Create(options), TimeProvider.System, null, TestContext.Current.CancellationToken));

        Assert.Contains("127.0.0.1:1", failure.Message);
    }

    public void Dispose() => _owner.Dispose();

    private List<(string Topic, int Partition, string Key, long TimestampMs, List<JsonElement> Events)> Consume(long events)
    {
        var config = new ConsumerConfig { BootstrapServers = _brokers, GroupId = "simulate-test", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<string, byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(KafkaSinkOptions.DefaultTopics.SelectMany(topic => Enumerable.Range(0, 4).Select(p => new TopicPartitionOffset(topic.Topic, p, Offset.Beginning))));
        using var deadline = new CancellationTokenSource(Deadline);
        var records = new List<(string, int, string, long, List<JsonElement>)>();
        for (var read = 0L; read < events;)
        {
            var record = consumer.Consume(deadline.Token);
            var root = JsonDocument.Parse(record.Message.Value).RootElement;
            var list = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToList() : [root];
            records.Add((record.Topic, record.Partition.Value, record.Message.Key, record.Message.Timestamp.UnixTimestampMs, list));
            read += list.Count;
        }

        return records;
    }
}
