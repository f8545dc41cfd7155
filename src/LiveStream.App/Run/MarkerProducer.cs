using System.Text.Json;
using Confluent.Kafka;
using LiveStream.App.Configuration;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Native;
using LiveStream.Metrics.Events;
using LiveStream.Screen;

namespace LiveStream.App.Run;

/// <summary>
/// Sends the markers that operators set to the topic that carries them, so that they are events like all others and survive in the
/// log. One client, made with the first marker.
/// </summary>
internal sealed class MarkerProducer : IDisposable
{
    private readonly string? topic;
    private readonly Lazy<IProducer<byte[], byte[]>> producer;

    public MarkerProducer(LiveStreamOptions options)
    {
        topic = options.Topics.FirstOrDefault(candidate => candidate.Types.Contains(EventType.Marker))?.Name;
        producer = new Lazy<IProducer<byte[], byte[]>>(() => Build(StageOptions.Kafka(options)));
    }

    /// <summary>Sends one marker and waits until Kafka has it.</summary>
    /// <exception cref="InvalidOperationException">No topic carries markers, or Kafka refuses; one sentence.</exception>
    public async Task SendAsync(OperatorMarker marker, CancellationToken cancellation)
    {
        if (topic is null)
        {
            throw new InvalidOperationException("no configured topic carries markers");
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(new { type = "marker", room = marker.Room, ts = marker.TsMs, label = marker.Label, text = marker.Text });
        var message = new Message<byte[], byte[]> { Key = System.Text.Encoding.UTF8.GetBytes(marker.Room), Value = json };
        try
        {
            await producer.Value.ProduceAsync(topic, message, cancellation);
        }
        catch (ProduceException<byte[], byte[]> e)
        {
            throw new InvalidOperationException(e.Error.Reason, e);
        }
    }

    public void Dispose()
    {
        if (producer.IsValueCreated)
        {
            producer.Value.Dispose();
        }
    }

    private static IProducer<byte[], byte[]> Build(KafkaOptions options)
    {
        KafkaLibrary.EnsureLoaded();
        var config = new ProducerConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "livestream-markers",
            EnableIdempotence = true,
            MessageTimeoutMs = 10_000,
            Partitioner = options.Partitioner == PartitionerKind.Crc32 ? Confluent.Kafka.Partitioner.ConsistentRandom : Confluent.Kafka.Partitioner.Murmur2Random,
            LogConnectionClose = false,
        };
        foreach (var (name, value) in options.Properties)
        {
            config.Set(name, value);
        }

        return new ProducerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
    }
}
