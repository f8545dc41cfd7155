using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline;

/// <summary>
/// The engine: lanes (one thread and one bounded channel each) and the intakes that feed them. Created by a composition root.
/// </summary>
public sealed class StreamEngine : IAsyncDisposable
{
    /// <summary>Creates the lanes and starts their loops.</summary>
    /// <param name="engine">What shapes the numbers.</param>
    /// <param name="pipeline">How the lanes run.</param>
    /// <param name="sinkOfLane">Makes the sink of each lane; called once per lane, before any event.</param>
    public StreamEngine(EngineOptions engine, PipelineOptions pipeline, Func<int, LaneSink> sinkOfLane) => throw new InvalidOperationException();

    /// <summary>Counters of everything read since the start.</summary>
    public CounterTotals Counters => throw new InvalidOperationException();

    /// <summary>Rejected events by reason, indexed by <see cref="LiveStream.Metrics.Events.RejectReason"/>.</summary>
    public long[] RejectedByReason => throw new InvalidOperationException();

    /// <summary>Opens the door of a partition group.</summary>
    /// <param name="group">Number of the group (the partition's number; 0 for files).</param>
    /// <param name="partitions">How many partitions (topics, files) feed it.</param>
    public GroupIntake OpenGroup(int group, int partitions) => throw new InvalidOperationException();

    /// <summary>Drops a group's rooms in every lane (the partition was lost or revoked). Returns when no lane holds them.</summary>
    public Task CloseGroupAsync(int group) => throw new InvalidOperationException();

    /// <summary>Lets the lanes hand out live numbers and pending snapshots; called every <c>LiveEveryMs</c> by a composition root. Never blocks.</summary>
    public void Tick(long wallClockMs) => throw new InvalidOperationException();

    /// <summary>No more input: waits until the lanes have handled all that was flushed, then ends them. Throws what a lane threw.</summary>
    public Task CompleteAsync() => throw new InvalidOperationException();

    /// <summary>Ends the lanes, finished or not.</summary>
    public ValueTask DisposeAsync() => throw new InvalidOperationException();
}
