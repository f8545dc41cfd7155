namespace LiveStream.Ingest.Kafka;

/// <summary>How producers choose the partition of a record: <c>Kafka:Partitioner</c>.</summary>
public enum PartitionerKind : byte
{
    /// <summary>As Kafka's own clients do it (librdkafka: <c>murmur2_random</c>).</summary>
    Murmur2,

    /// <summary>librdkafka's own default (<c>consistent_random</c>).</summary>
    Crc32,

    /// <summary>Neither the key nor the partition of a record is checked.</summary>
    Unchecked,
}
