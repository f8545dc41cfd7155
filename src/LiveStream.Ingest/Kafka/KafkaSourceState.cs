namespace LiveStream.Ingest.Kafka;

/// <summary>What a <see cref="KafkaSource"/> is doing.</summary>
public enum KafkaSourceState
{
    /// <summary>Not begun.</summary>
    New,

    /// <summary>No broker answers, or topics are missing.</summary>
    WaitingForTopics,

    /// <summary>No partition is assigned (yet).</summary>
    Joining,

    /// <summary>Partitions are assigned and read.</summary>
    Reading,

    /// <summary>Ended.</summary>
    Stopped,
}
