using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Native;
using LiveStream.Ingest.Tests.Decoding;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>librdkafka's mock broker on a real socket; a topic appears, with four partitions, when it is first written to.</summary>
internal sealed class MockKafka : IDisposable
{
    public const int Partitions = 4;

    private readonly IProducer<byte[], byte[]> _producer;

    public MockKafka()
    {
        KafkaLibrary.EnsureLoaded();
        var config = new ProducerConfig { Partitioner = Confluent.Kafka.Partitioner.Murmur2Random, LingerMs = 5, BatchNumMessages = 1000 };
        config.Set("test.mock.num.brokers", "1");
        _producer = new ProducerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        var broker = admin.GetMetadata(TimeSpan.FromSeconds(30)).Brokers.Single();
        BootstrapServers = $"{broker.Host}:{broker.Port}";
    }

    public string BootstrapServers { get; }

    /// <summary>Writes an event; its record has the event's time.</summary>
    public void Send(string topic, string room, long timeMs, string json, int? partition = null) => _producer.Produce(
        new TopicPartition(topic, partition ?? Partition.Any),
        new Message<byte[], byte[]> { Key = Samples.Utf8(room), Value = Samples.Utf8(json), Timestamp = new Timestamp(timeMs, TimestampType.CreateTime) });

    public void Send(string topic, string type, string room, long timeMs, string user = "u1") =>
        Send(topic, room, timeMs, $$"""{"type":"{{type}}","room":"{{room}}","ts":{{timeMs}},"user":"{{user}}"}""");

    /// <summary>Writes any record.</summary>
    public void Send(TopicPartition to, byte[]? key, byte[]? value, long timeMs) => _producer.Produce(
        to, new Message<byte[], byte[]> { Key = key!, Value = value!, Timestamp = new Timestamp(timeMs, TimestampType.CreateTime) });

    public void Flush() => _producer.Flush(TimeSpan.FromSeconds(30));

    /// <summary>Makes topics exist, each with one event of an unknown room in every partition left out.</summary>
    public async Task CreateAsync(params string[] topics)
    {
        using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        foreach (var topic in topics)
        {
            // Asking for one topic by name makes the mock broker create it, empty.
            await WaitFor.TrueAsync(() => admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count > 0, $"topic {topic}");
        }
    }

    /// <summary>Reads all records of a topic that are there.</summary>
    public List<string> ReadAll(string topic, int expected)
    {
        var config = new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = "reader", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<Ignore, string>(config).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var values = new List<string>();
        while (values.Count < expected)
        {
            values.Add(consumer.Consume(deadline.Token).Message.Value);
        }

        return values;
    }

    public void Dispose() => _producer.Dispose();
}
