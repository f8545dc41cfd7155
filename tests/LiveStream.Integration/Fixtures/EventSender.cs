using System.Text;
using Confluent.Kafka;

namespace LiveStream.Integration.Fixtures;

/// <summary>Sends records as a gateway does, good ones and bad ones, each with the time it claims.</summary>
internal sealed class EventSender : IDisposable
{
    private const int MaxRecordBytes = 32 << 20;

    private readonly TestTopics topics;
    private readonly IProducer<byte[], byte[]> producer;

    public EventSender(TestTopics topics)
    {
        this.topics = topics;
        var config = new ProducerConfig
        {
            BootstrapServers = topics.BootstrapServers,
            Partitioner = Partitioner.Murmur2Random,
            MessageMaxBytes = MaxRecordBytes,
            EnableIdempotence = false,
        };
        producer = new ProducerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>Sends one record and waits until the broker has it.</summary>
    /// <param name="topic">A topic of the contract, such as <c>live.like</c>.</param>
    /// <param name="key">The record's key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="timestampMs">The record's own time.</param>
    /// <returns>Where it lies.</returns>
    public async Task<(string Topic, int Partition, long Offset)> SendAsync(string topic, string key, string value, long timestampMs)
    {
        var report = await producer.ProduceAsync(topics.NameOf(topic), new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(key),
            Value = Encoding.UTF8.GetBytes(value),
            Timestamp = new Timestamp(timestampMs, TimestampType.CreateTime),
        });
        return (report.Topic, report.Partition.Value, report.Offset.Value);
    }

    /// <summary>Sends one viewer event as a record of its own, claimed to be of the time of the event.</summary>
    public Task SendAsync(string topic, string type, string room, string user, long timeMs, string more = "") =>
        SendAsync(topic, room, Event(type, room, user, timeMs, more), timeMs);

    /// <summary>An event.</summary>
    /// <param name="more">Further fields, each beginning with a comma.</param>
    public static string Event(string type, string room, string user, long timeMs, string more = "") =>
        $$"""{"type":"{{type}}","room":"{{room}}","user":"{{user}}","ts":{{timeMs}}{{more}}}""";

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();
}
