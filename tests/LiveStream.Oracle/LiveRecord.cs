namespace LiveStream.Oracle;

/// <summary>A record that a producer appends to one partition of one topic while the log is read.</summary>
/// <param name="AppendMs">When it is appended, by the wall clock; records of one time are appended at once, in their order.</param>
/// <param name="Topic">Index of the topic.</param>
/// <param name="Partition">Partition of its key.</param>
/// <param name="Key">The room of its events.</param>
/// <param name="TimestampMs">Its own time, behind none of its events.</param>
/// <param name="MayTrail">
/// Whether what was appended to other partitions up to a third of the lateness later may be read before it while its partition counts as idle.
/// </param>
/// <param name="Value">An event, a JSON array of events, or events on lines of their own.</param>
/// <param name="Lines">The same events as lines of a file.</param>
public sealed record LiveRecord(long AppendMs, int Topic, int Partition, string Key, long TimestampMs, bool MayTrail, byte[] Value, IReadOnlyList<byte[]> Lines);
