namespace LiveStream.Ingest.Kafka;

/// <summary>Coordinates of one record.</summary>
/// <param name="Topic">Index of the topic in the configuration.</param>
/// <param name="Partition">Number of the partition, which is that of its group.</param>
/// <param name="Offset">Offset in the partition.</param>
public readonly record struct RecordPlace(int Topic, int Partition, long Offset);
