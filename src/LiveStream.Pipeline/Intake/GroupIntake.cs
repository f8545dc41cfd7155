using System.Collections.Concurrent;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Intake;

/// <summary>
/// The door of one partition group: judges lateness per partition, routes events to lanes in pooled batches, derives the
/// group's watermark and tells the lanes what is settled. Owned by the one ingest thread that reads the group's partitions.
/// </summary>
public sealed partial class GroupIntake
{
    /// <summary>Timestamp of a record that has none (files): nothing is judged against it.</summary>
    public const long NoTimestamp = long.MaxValue;

    private readonly int _group;
    private readonly EngineOptions _options;
    private readonly IntakeCounters _counters;
    private readonly PartitionProgress[] _partitions;
    private readonly LaneOutbox[] _outboxes;
    private long _settledMs = long.MinValue;
    private long _largestMs = long.MinValue;
    private bool _finished;

    internal GroupIntake(int group, int partitions, EngineOptions options, int batchEvents, Lane[] lanes, ConcurrentQueue<EventBatch> pool, IntakeCounters counters)
    {
        _group = group;
        _options = options;
        _counters = counters;
        _partitions = new PartitionProgress[partitions];
        Array.Fill(_partitions, PartitionProgress.New);
        _outboxes = [.. lanes.Select(lane => new LaneOutbox(group, lane, batchEvents, pool))];
    }

    /// <summary>T up to which the group is settled; <see cref="long.MinValue"/> before the first.</summary>
    public long SettledMs => _settledMs;

    /// <summary>The group's watermark, ms since the Unix epoch; <see cref="long.MinValue"/> while a partition that holds it up has had no event.</summary>
    public long GroupWatermarkMs
    {
        get
        {
            var least = long.MaxValue;
            var greatest = long.MinValue;
            foreach (ref readonly var p in _partitions.AsSpan())
            {
                greatest = Math.Max(greatest, p.LargestMs);
                least = p.HoldsUp ? Math.Min(least, p.LargestMs) : least;
            }

            var largest = least == long.MaxValue ? greatest : least;
            return largest == long.MinValue ? largest : largest - _options.LatenessMs;
        }
    }

    /// <summary>Reads one accepted event of a partition; the spans are copied.</summary>
    /// <param name="partition">Index of the partition in the group (the topic's index, or the file's).</param>
    /// <param name="parsed">The decoded event.</param>
    /// <param name="recordTimestampMs">Kafka timestamp of the record, or <see cref="NoTimestamp"/>.</param>
    public void Add(int partition, scoped in ParsedEvent parsed, long recordTimestampMs)
    {
        _counters.CountRead();
        ref var progress = ref _partitions[partition];
        progress.IsIdle = false;
        var timeMs = parsed.TimeMs;
        var ownBoundMs = progress.LargestMs == long.MinValue ? long.MinValue : progress.LargestMs - _options.LatenessMs;
        var boundMs = Math.Max(ownBoundMs, _settledMs);
        var moved = timeMs < boundMs;
        if (moved)
        {
            if (!EventTypes.IsMovable(parsed.Type))
            {
                _counters.CountLate(timeMs >= ownBoundMs);
                return;
            }

            if (ownBoundMs < _settledMs)
            {
                _counters.CountAfterIdle();
            }

            timeMs = boundMs;
        }

        progress.LargestMs = Math.Max(progress.LargestMs, Math.Min(parsed.TimeMs, recordTimestampMs));
        _largestMs = Math.Max(_largestMs, timeMs);
        var roomHash = NameHash.Compute(parsed.Room);
        var lane = (int)(((roomHash >> 32) * (ulong)_outboxes.Length) >> 32);
        _outboxes[lane].Append(parsed, roomHash, timeMs, moved);
    }

    /// <summary>Counts one event that was read and rejected while decoding.</summary>
    public void Reject(RejectReason reason)
    {
        _counters.CountRead();
        _counters.CountRejected(reason);
    }

    /// <summary>The partition's next offset after everything added so far.</summary>
    public void SetPosition(int partition, long nextOffset) => _partitions[partition].NextOffset = nextOffset;

    /// <summary>An idle partition does not hold the watermark up until its next event.</summary>
    public void SetIdle(int partition, bool idle) => _partitions[partition].IsIdle = idle;

    /// <summary>A file that has been read to its end holds nothing up any more; after the last one everything settles.</summary>
    public void EndPartition(int partition) => _partitions[partition].HasEnded = true;

    /// <summary>Everything read settles: all partitions have been idle for 30 s.</summary>
    public void SettleAll()
    {
        if (_largestMs != long.MinValue)
        {
            SealBatches();
            Settle(FirstHopAfter(_largestMs), GroupWatermarkMs);
        }
    }

    /// <summary>Largest ts - lateness of the partition, ms since the Unix epoch; <see cref="long.MinValue"/> before its first event.</summary>
    public long WatermarkMs(int partition)
    {
        var largest = _partitions[partition].LargestMs;
        return largest == long.MinValue ? largest : largest - _options.LatenessMs;
    }

    /// <summary>
    /// How far the partition's watermark is ahead of the least one among the group's partitions that hold it up, ms; 0 while one of
    /// these has had no event.
    /// </summary>
    public long AheadMs(int partition)
    {
        var own = WatermarkMs(partition);
        var group = GroupWatermarkMs;
        return own == long.MinValue || group == long.MinValue ? 0 : Math.Max(0, own - group);
    }

    /// <summary>
    /// Hands what was read to the lanes and settles what the watermark allows. False when a lane's queue is full: nothing is
    /// lost, the caller stops reading (pauses its partitions) and calls again.
    /// </summary>
    public bool TryFlush()
    {
        Seal();
        var all = true;
        foreach (var outbox in _outboxes)
        {
            all &= outbox.TryFlush();
        }

        return all;
    }

    /// <summary>As <see cref="TryFlush"/>, waiting for room.</summary>
    public void Flush(CancellationToken cancellation)
    {
        Seal();
        foreach (var outbox in _outboxes)
        {
            outbox.Flush(cancellation);
        }
    }

    private static long FirstHopAfter(long timeMs) => timeMs - (timeMs % EngineOptions.HopMs) + EngineOptions.HopMs;

    private void Seal()
    {
        var watermarkMs = SealBatches();
        if (!_finished && Array.TrueForAll(_partitions, p => p.HasEnded))
        {
            _finished = true;
            SettleAll();
            Send(LaneMessageKind.Finish, 0, watermarkMs);
        }
        else if (watermarkMs > 0)
        {
            Settle(watermarkMs - (watermarkMs % EngineOptions.HopMs), watermarkMs);
        }
    }

    // What was read goes to the lanes before they are told that it settles.
    private long SealBatches()
    {
        var watermarkMs = GroupWatermarkMs;
        var offsetSum = OffsetSum();
        foreach (var outbox in _outboxes)
        {
            outbox.Seal(watermarkMs, offsetSum);
        }

        return watermarkMs;
    }

    private void Settle(long settledMs, long watermarkMs)
    {
        if (settledMs > _settledMs)
        {
            _settledMs = settledMs;
            Send(LaneMessageKind.Settle, settledMs, watermarkMs);
        }
    }

    private void Send(LaneMessageKind kind, long timeMs, long watermarkMs)
    {
        var message = new LaneMessage(kind, _group, timeMs, watermarkMs, OffsetSum(), null, null);
        foreach (var outbox in _outboxes)
        {
            outbox.Send(message);
        }
    }

    private long OffsetSum()
    {
        long sum = 0;
        foreach (ref readonly var p in _partitions.AsSpan())
        {
            sum += p.NextOffset;
        }

        return sum;
    }
}
