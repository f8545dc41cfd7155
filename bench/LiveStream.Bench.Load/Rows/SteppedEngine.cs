using LiveStream.Metrics.Options;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// An engine whose lanes and feeder take turns: a tick that comes to the end of its lane's queue stops the lane, and a barrier of all lanes
/// and the feeder says when each may go on. So what lanes do can be measured apart from what feeds them. Used by one thread.
/// </summary>
public sealed class SteppedEngine : IAsyncDisposable
{
    private readonly StreamEngine _engine;
    private readonly CancellationTokenSource _over = new();
    private readonly Barrier _turns;

    /// <summary>Starts the lanes, which stop at once.</summary>
    /// <param name="lanes">Lanes.</param>
    /// <param name="options">What shapes the numbers.</param>
    /// <param name="cadence">When snapshots are handed out.</param>
    /// <param name="sink">Makes the sink of a lane, which has to call the given action on every tick.</param>
    /// <param name="isBehind">See <see cref="GroupIntake.IsBehind"/>.</param>
    public SteppedEngine(int lanes, EngineOptions options, SnapshotCadence cadence, Func<Action, LaneSink> sink, bool isBehind = false)
    {
        _turns = new Barrier(lanes + 1);
        var pipeline = new PipelineOptions { Lanes = lanes, Cadence = cadence, QueuedBatches = 1 << 20 };
        _engine = new StreamEngine(options, pipeline, _ => sink(TakeTurn));
        _ = _engine.Faulted.ContinueWith(_ => _over.Cancel(), TaskScheduler.Default);
        Intake = _engine.OpenGroup(group: 0, partitions: 1);
        Intake.IsBehind = isBehind;
        _engine.Tick(0);
        Turn();
    }

    /// <summary>The door; flush it with <see cref="GroupIntake.TryFlush"/>, for which there is always room.</summary>
    public GroupIntake Intake { get; }

    /// <summary>Where the events ended; whole while the lanes stand still.</summary>
    public CounterTotals Counters => _engine.Counters;

    /// <summary>Lets the lanes work off what was flushed, and returns when all of them stand still again.</summary>
    /// <exception cref="InvalidOperationException">A lane has ended.</exception>
    public void Work()
    {
        _engine.Tick(0);
        Turn();
        Turn();
    }

    /// <summary>Lets the lanes end; throws what a lane threw.</summary>
    public Task CompleteAsync()
    {
        Turn();
        return _engine.CompleteAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _engine.DisposeAsync();
        _turns.Dispose();
        _over.Dispose();
    }

    private void Turn()
    {
        try
        {
            _turns.SignalAndWait(_over.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException("A lane has ended.", _engine.Faulted.Exception);
        }
    }

    /// <summary>A lane has come to the end of its queue: it says so, and waits until it is let go.</summary>
    private void TakeTurn()
    {
        _turns.SignalAndWait(_over.Token);
        _turns.SignalAndWait(_over.Token);
    }
}
