namespace LiveStream.Ingest.Kafka;

/// <summary>What a <see cref="KafkaSource"/> is doing.</summary>
public enum KafkaSourceState
{
    /// <summary>Not begun.</summary>
    New,

    /// <summary>No broker answers, or topics are missing.</summary>
    WaitingForTopics,

    /// <summary>Kafka has not said yet which partitions are this instance's.</summary>
    Joining,

    /// <summary>Partitions are assigned, and the state of some is not there yet.</summary>
    Restoring,

    /// <summary>Partitions are assigned and read.</summary>
    Reading,

    /// <summary>A member without partitions, since others have them all.</summary>
    Standby,

    /// <summary>Ended.</summary>
    Stopped,
}
