using LiveStream.Metrics.Events;

namespace LiveStream.Pipeline.Intake;

/// <summary>
/// The door of one partition group: judges lateness per partition, routes events to lanes in pooled batches, derives the
/// group's watermark and tells the lanes what is settled. Owned by the one ingest thread that reads the group's partitions.
/// </summary>
public sealed class GroupIntake
{
    /// <summary>Timestamp of a record that has none (files): nothing is judged against it.</summary>
    public const long NoTimestamp = long.MaxValue;

    /// <summary>Reads one accepted event of a partition; the spans are copied.</summary>
    /// <param name="partition">Index of the partition in the group (the topic's index, or the file's).</param>
    /// <param name="parsed">The decoded event.</param>
    /// <param name="recordTimestampMs">Kafka timestamp of the record, or <see cref="NoTimestamp"/>.</param>
    public void Add(int partition, scoped in ParsedEvent parsed, long recordTimestampMs) => throw new InvalidOperationException();

    /// <summary>Counts one event that was read and rejected while decoding.</summary>
    public void Reject(RejectReason reason) => throw new InvalidOperationException();

    /// <summary>The partition's next offset after everything added so far.</summary>
    public void SetPosition(int partition, long nextOffset) => throw new InvalidOperationException();

    /// <summary>An idle partition does not hold the watermark up until its next event.</summary>
    public void SetIdle(int partition, bool idle) => throw new InvalidOperationException();

    /// <summary>A file that has been read to its end holds nothing up any more; after the last one everything settles.</summary>
    public void EndPartition(int partition) => throw new InvalidOperationException();

    /// <summary>Everything read settles: all partitions have been idle for 30 s.</summary>
    public void SettleAll() => throw new InvalidOperationException();

    /// <summary>Largest ts - lateness of the partition, ms since the Unix epoch; <see cref="long.MinValue"/> before its first event.</summary>
    public long WatermarkMs(int partition) => throw new InvalidOperationException();

    /// <summary>How far the partition's watermark is ahead of the least one among the group's partitions that are not idle, ms.</summary>
    public long AheadMs(int partition) => throw new InvalidOperationException();

    /// <summary>
    /// Hands what was read to the lanes and settles what the watermark allows. False when a lane's queue is full: nothing is
    /// lost, the caller stops reading (pauses its partitions) and calls again.
    /// </summary>
    public bool TryFlush() => throw new InvalidOperationException();

    /// <summary>As <see cref="TryFlush"/>, waiting for room.</summary>
    public void Flush(CancellationToken cancellation) => throw new InvalidOperationException();
}
