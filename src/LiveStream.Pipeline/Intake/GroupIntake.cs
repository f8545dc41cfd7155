using System.Buffers;
using System.Collections.Concurrent;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Intake;

/// <summary>
/// The door of one partition group: judges lateness per partition, routes events to lanes in pooled batches, derives the
/// group's watermark and tells the lanes what is settled. Owned by the one ingest thread that reads the group's partitions.
/// </summary>
public sealed class GroupIntake
{
    /// <summary>Timestamp of a record that has none (files): nothing is judged against it.</summary>
    public const long NoTimestamp = long.MaxValue;

    // How far T moves at a time while nobody waits for the next second, and how many events a lane may settle in one go: it does nothing else meanwhile.
    private const int BehindStepMs = 8 * EngineOptions.HopMs;
    private const int MostUnsettledALane = 1 << 19;

    private readonly int _group;
    private readonly EngineOptions _options;
    private readonly IntakeCounters _counters;
    private readonly PartitionProgress[] _partitions;
    private readonly LaneOutbox[] _outboxes;
    private readonly NameNumbers _names = new();
    private readonly WideRooms _wide;
    private readonly Lane[] _lanes;
    private int _unsettled;
    private long _settledMs = long.MinValue;
    private long _largestMs = long.MinValue;
    private long[] _lostUpToMs;
    private long _wholeFromMs = long.MinValue;
    private bool _finished;

    internal GroupIntake(int group, int partitions, EngineOptions options, int batchEvents, Lane[] lanes, ConcurrentQueue<EventBatch> pool, IntakeCounters counters, WideRoomOptions wide, IReadOnlyList<long>? lostUpToMs)
    {
        _wide = new WideRooms(_names, lanes.Length, wide);
        _lostUpToMs = [.. lostUpToMs ?? []];
        _group = group;
        _lanes = lanes;
        _options = options;
        _counters = counters;
        _partitions = new PartitionProgress[partitions];
        Array.Fill(_partitions, PartitionProgress.New);
        _outboxes = [.. lanes.Select(lane => new LaneOutbox(group, lane, batchEvents, pool, _names))];
    }

    /// <summary>Completes when the lanes have taken over the image that the group was opened with; faulted when it could not be read.</summary>
    public Task Restored { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Whether it is read from so far back that nobody waits for the next second: T then moves several seconds at a time, and a lane visits each room once for
    /// all of them. Says nothing about the numbers, which are the same.
    /// </summary>
    public bool IsBehind { get; set; }

    /// <summary>How old the group's newest events are by a wall clock, ms, judged like its watermark; 0 while that is not known.</summary>
    public long AgeMs(long wallMs) => GroupWatermarkMs is > long.MinValue and var watermarkMs ? wallMs - watermarkMs - _options.LatenessMs : 0;

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

        if (_lostUpToMs.Length > 0)
        {
            // What was deleted came before the first record that is left.
            _lostUpToMs[partition] = Math.Min(_lostUpToMs[partition], Math.Max(parsed.TimeMs, recordTimestampMs));
        }

        _unsettled++;
        progress.LargestMs = Math.Max(progress.LargestMs, Math.Min(parsed.TimeMs, recordTimestampMs));
        _largestMs = Math.Max(_largestMs, timeMs);
        var roomHash = NameHash.Compute(parsed.Room);
        var room = _names.Of(parsed.Room, roomHash);
        var owner = RoomRouting.LaneOf(roomHash, _outboxes.Length);
        if (_wide.Count(room) is { } wide)
        {
            wide.Note(parsed, timeMs, moved);
            AppendWide(parsed, room, owner, timeMs, moved);
        }
        else
        {
            _outboxes[owner].Append(parsed, room, timeMs, moved);
        }
    }

    /// <summary>Rooms whose users are split over the lanes now.</summary>
    public int WideRooms => _wide.Rooms.Count;

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
    /// Draws a barrier behind everything that was added: the image holds all of it and nothing later. Call <see cref="TryFlush"/> as always; the task
    /// completes, on any thread, when every lane has written its part, and is cancelled when the group is closed before.
    /// </summary>
    public Task<GroupImage> TakeImageAsync()
    {
        Seal();
        var parts = _outboxes.Select(_ => new TaskCompletionSource<ReadOnlySequence<byte>>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        for (var i = 0; i < parts.Length; i++)
        {
            _outboxes[i].Send(Message(LaneMessageKind.Save) with { Saved = parts[i] });
        }

        var positions = _partitions.Select(p => new PartitionPosition(p.NextOffset, p.LargestMs)).ToArray();
        return ImageAsync(parts, new GroupImage { SettledMs = _settledMs, LargestMs = _largestMs, WholeFromMs = _wholeFromMs, Partitions = positions, Sections = [] });
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
            SendWideSeconds(long.MaxValue);
            Send(Message(LaneMessageKind.Finish));
        }
        else if (watermarkMs > 0 && !MayWait(watermarkMs))
        {
            Settle(watermarkMs - (watermarkMs % EngineOptions.HopMs), watermarkMs);
        }
    }

    private bool MayWait(long watermarkMs) =>
        IsBehind && _settledMs != long.MinValue && watermarkMs - _settledMs < BehindStepMs
        && _unsettled < MostUnsettledALane * _lanes.Length && !Array.Exists(_lanes, static lane => lane.IsFilling);

    // What was read goes to the lanes before they are told that it settles.
    private long SealBatches()
    {
        var watermarkMs = GroupWatermarkMs;
        var offsetSum = OffsetSum();
        foreach (var outbox in _outboxes)
        {
            outbox.Seal(watermarkMs, offsetSum);
        }

        if (_names.IsFull)
        {
            _names.BeginGeneration();
            _wide.OnGeneration();
        }

        return watermarkMs;
    }

    // A viewer's events go to his lane; the leader sees all trade and product events, for it counts products and finds copies for them.
    private void AppendWide(scoped in ParsedEvent parsed, int room, int leader, long timeMs, bool moved)
    {
        var lane = EventTypes.IsViewer(parsed.Type) ? RoomRouting.LaneOfViewer(parsed.Viewer, _outboxes.Length) : leader;
        _outboxes[lane].Append(parsed, room, timeMs, moved);
        if (lane != leader && (EventTypes.IsTrade(parsed.Type) || !parsed.Product.IsEmpty))
        {
            _outboxes[leader].Append(parsed, room, timeMs, moved, foreign: true);
        }
    }

    private void SendWideSeconds(long settledMs)
    {
        foreach (var room in _wide.Rooms)
        {
            var seconds = room.TakeUntil(settledMs);
            if (seconds.Length > 0)
            {
                Send(Message(LaneMessageKind.WideSeconds) with { Wide = new WideNews(room.Name, seconds) });
            }
        }
    }

    private void WidenAndNarrow(long settledMs)
    {
        foreach (var room in _wide.Judge(settledMs))
        {
            _wide.Widen(room, _largestMs);
            Send(Message(LaneMessageKind.Widen) with { Wide = new WideNews(room, []) });
        }

        // A session that has had an end may be open for longer than others are, where these are over soon.
        foreach (var room in _wide.TakeQuiet(settledMs, _options.LongestIdleMs))
        {
            Send(Message(LaneMessageKind.Narrow) with { Wide = new WideNews(room.Name, []) });
        }
    }

    /// <summary>Goes on where an image ends; before anything is added.</summary>
    internal void Restore(GroupImage image)
    {
        _settledMs = image.SettledMs;
        _largestMs = image.LargestMs;
        _wholeFromMs = image.WholeFromMs;
        for (var p = 0; p < _partitions.Length; p++)
        {
            _partitions[p].NextOffset = image.Partitions[p].NextOffset;
            _partitions[p].LargestMs = image.Partitions[p].LargestMs;
        }

        foreach (var room in WideImage.RoomsOf(image))
        {
            if (_outboxes.Length > 1)
            {
                _wide.Widen(room, _largestMs);
            }
        }

        // The first message: a lane that knows the group has restored it, and can take letters of lanes that are ahead.
        var restored = new List<Task>();
        foreach (var outbox in _outboxes)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            restored.Add(done.Task);
            outbox.Send(Message(LaneMessageKind.Restore) with { Image = image, Done = done });
            outbox.Send(Message(LaneMessageKind.WholeFrom) with { TimeMs = _wholeFromMs });
            outbox.TryFlush();
        }

        Restored = Task.WhenAll(restored);
    }

    private static async Task<GroupImage> ImageAsync(IEnumerable<TaskCompletionSource<ReadOnlySequence<byte>>> parts, GroupImage image) =>
        image with { Sections = await Task.WhenAll(parts.Select(part => part.Task)).ConfigureAwait(false) };

    private void Settle(long settledMs, long watermarkMs)
    {
        if (settledMs <= _settledMs)
        {
            return;
        }

        if (_lostUpToMs.Length > 0)
        {
            // What is retained begins somewhere in a session, unless it is quiet for so long; partitions may have lost more or less.
            _wholeFromMs = _lostUpToMs.Max() + _options.LongestIdleMs + 1;
            _lostUpToMs = [];
            Send(Message(LaneMessageKind.WholeFrom) with { TimeMs = _wholeFromMs });
        }

        SendWideSeconds(settledMs);
        _settledMs = settledMs;
        _unsettled = 0;
        Send(Message(LaneMessageKind.Settle) with { TimeMs = settledMs, WatermarkMs = watermarkMs });
        WidenAndNarrow(settledMs);
    }

    private LaneMessage Message(LaneMessageKind kind) => new(kind, _group) { WatermarkMs = GroupWatermarkMs, OffsetSum = OffsetSum() };

    private void Send(in LaneMessage message)
    {
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
