using System.Collections.Concurrent;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline;

/// <summary>
/// The engine: lanes (one thread and one bounded channel each) and the intakes that feed them. Created by a composition root.
/// </summary>
public sealed class StreamEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly PipelineOptions _pipeline;
    private readonly ConcurrentQueue<EventBatch> _pool = new();
    private readonly ConcurrentQueue<IntakeCounters> _intakes = new();
    private readonly Lane[] _lanes;
    private readonly WideRoomOptions _wide;
    private readonly CancellationTokenSource _broken = new();

    /// <summary>Creates the lanes and starts their loops.</summary>
    /// <param name="engine">What shapes the numbers.</param>
    /// <param name="pipeline">How the lanes run.</param>
    /// <param name="sinkOfLane">Makes the sink of each lane; called once per lane, before any event.</param>
    public StreamEngine(EngineOptions engine, PipelineOptions pipeline, Func<int, LaneSink> sinkOfLane)
    {
        _options = engine;
        _pipeline = pipeline;
        var caps = new SessionCaps(engine.Caps.MaxRooms, engine.Caps.MaxViewers);
        _wide = pipeline.Cadence.Kind == CadenceKind.Replay ? pipeline.WideRooms with { MaxRooms = 0 } : pipeline.WideRooms;
        var post = new LanePost(pipeline.Lanes);
        _lanes = new Lane[pipeline.Lanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new Lane(i, new LaneState(engine, pipeline, caps, sinkOfLane(i), i, post), pipeline.QueuedBatches, _pool) { Broken = _broken.Token };
        }

        post.Wake = lane => _lanes[lane].Wake();
        foreach (var lane in _lanes)
        {
            _ = lane.Ended.ContinueWith(_ => Break(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            lane.Start();
        }
    }

    /// <summary>
    /// Counters of everything read since the start, less what waited in a group when it was closed. Pending is what is read and has no
    /// outcome yet; once the engine is complete it is the number of events that lie in slices, which <see cref="CompleteAsync"/> verifies.
    /// </summary>
    public CounterTotals Counters
    {
        get
        {
            var outcome = default(CounterTotals);
            var dropped = 0L;
            foreach (var lane in _lanes)
            {
                var c = lane.Counters;
                dropped += c.Dropped;
                outcome += new CounterTotals(0, c.Applied, c.Late, 0, c.Moved, c.Duplicate, c.Rejected, 0);
            }

            foreach (var intake in _intakes)
            {
                outcome += new CounterTotals(0, 0, intake.Late, intake.LateIdle, 0, 0, intake.Rejected, 0);
            }

            // Outcomes first, then what was read: an event is never counted as settled before it is counted as read.
            var read = _intakes.Sum(i => i.Read) - dropped;
            var settled = outcome.Applied + outcome.Late + outcome.Duplicate + outcome.Rejected;
            return outcome with { Read = read, Pending = read - settled };
        }
    }

    /// <summary>Rejected events by reason, indexed by <see cref="Metrics.Events.RejectReason"/>.</summary>
    public long[] RejectedByReason
    {
        get
        {
            var sums = new long[(int)Metrics.Events.RejectReason.Capacity + 1];
            foreach (var intake in _intakes)
            {
                var reasons = intake.RejectedByReason();
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += reasons[i];
                }
            }

            sums[^1] += _lanes.Sum(l => l.Counters.Rejected);
            return sums;
        }
    }

    /// <summary>Ends when a lane ends: faulted with what it threw.</summary>
    public Task Faulted => Task.WhenAny(_lanes.Select(l => l.Ended)).Unwrap();

    /// <summary>Opens the door of a partition group.</summary>
    /// <param name="group">Number of the group (the partition's number; 0 for files).</param>
    /// <param name="partitions">How many partitions (topics, files) feed it.</param>
    /// <param name="image">
    /// What a checkpoint holds of it: its rooms are restored by the lanes, at the same time, and the caller goes on reading at the image's offsets.
    /// </param>
    /// <param name="lostUpToMs">
    /// By partition, when the log that is read from its beginning has lost records: a time that none of them lies behind, ms since the Unix epoch
    /// (<see cref="long.MinValue"/> for a partition that has lost none). Sessions that do not begin well after the latest are then marked as not whole.
    /// </param>
    public GroupIntake OpenGroup(int group, int partitions, GroupImage? image = null, IReadOnlyList<long>? lostUpToMs = null)
    {
        var counters = new IntakeCounters();
        _intakes.Enqueue(counters);
        var intake = new GroupIntake(group, partitions, _options, _pipeline.BatchEvents, _lanes, _pool, counters, _wide, lostUpToMs);
        if (image is not null)
        {
            intake.Restore(image);
        }

        return intake;
    }

    /// <summary>
    /// Drops a group's rooms in every lane (the partition was lost or revoked); flush its intake first. Returns when no lane holds them,
    /// throws what a lane threw.
    /// </summary>
    public async Task CloseGroupAsync(int group)
    {
        foreach (var kind in (LaneMessageKind[])[LaneMessageKind.Close, LaneMessageKind.Forget])
        {
            foreach (var lane in _lanes)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await lane.Writer.WriteAsync(new LaneMessage(kind, group) { WatermarkMs = long.MinValue, Done = done }).ConfigureAwait(false);
                await done.Task.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets the lanes hand out live numbers and pending snapshots; called every <c>LiveEveryMs</c> by a composition root. Never blocks.</summary>
    public void Tick(long wallClockMs)
    {
        foreach (var lane in _lanes)
        {
            // A lane whose queue is full is busy enough; the next tick will do.
            lane.Writer.TryWrite(new LaneMessage(LaneMessageKind.Tick, -1) { TimeMs = wallClockMs });
        }
    }

    /// <summary>No more input: waits until the lanes have handled all that was flushed, then ends them. Throws what a lane threw.</summary>
    public async Task CompleteAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        await Task.WhenAll(_lanes.Select(l => l.Ended)).ConfigureAwait(false);
        var pending = Counters.Pending;
        var buffered = _lanes.Sum(l => l.Counters.Buffered);
        if (pending != buffered)
        {
            throw new InvalidOperationException($"Counters do not add up: {pending} events have no outcome, {buffered} wait in slices.");
        }
    }

    // A lane that has failed sends no letters: who waits for one must not.
    private void Break()
    {
        _broken.Cancel();
        foreach (var lane in _lanes)
        {
            lane.Wake();
        }
    }

    /// <summary>Ends the lanes, finished or not.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        await Task.WhenAll(_lanes.Select(l => l.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
