namespace LiveStream.Ingest.Kafka;

/// <summary>Section <c>Kafka</c> of the configuration, as the stages of this project take it. Immutable.</summary>
public sealed record KafkaOptions
{
    /// <summary>Brokers to begin with, <c>host:port</c>, comma separated.</summary>
    public string BootstrapServers { get; init; } = "localhost:9092";

    /// <summary>Instances with the same id share the rooms.</summary>
    public string GroupId { get; init; } = "livestream";

    /// <summary>The topics in configured order; a topic's index here is its partition's index in every group's intake.</summary>
    public IReadOnlyList<KafkaTopic> Topics { get; init; } = KafkaTopic.Defaults;

    /// <summary>How producers choose the partition of a key.</summary>
    public PartitionerKind Partitioner { get; init; } = PartitionerKind.Murmur2;

    /// <summary>Where rejected events go; empty = nowhere, they are only counted.</summary>
    public string DeadLetterTopic { get; init; } = "live.dead-letter";

    /// <summary>Whether a dead letter carries the first KiB of the event, raw ids included.</summary>
    public bool DeadLetterPayload { get; init; } = true;

    /// <summary>Whether records are taken out of the client in batches, where it offers that; else one by one.</summary>
    public bool ReadInBatches { get; init; } = true;

    /// <summary>librdkafka properties passed on as they are; <see cref="KafkaProperties.Refused"/> names those that are not.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();
}
