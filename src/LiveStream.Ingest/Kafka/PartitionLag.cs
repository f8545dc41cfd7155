namespace LiveStream.Ingest.Kafka;

/// <summary>How far an assigned partition is from the end of its log.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Partition">Number of the partition.</param>
/// <param name="Position">Offset of the next record to read; -1 before the first.</param>
/// <param name="End">End of the log as last asked, at most a few seconds ago; -1 while unknown.</param>
/// <param name="Lag">Records in between.</param>
public readonly record struct PartitionLag(string Topic, int Partition, long Position, long End, long Lag);
