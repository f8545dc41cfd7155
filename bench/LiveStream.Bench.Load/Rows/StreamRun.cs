using LiveStream.App.Simulate;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// An engine whose lanes and feeder take turns: every tick that comes to the end of its lane's queue stops the lane, and a barrier of all
/// lanes and the feeder says when each may go on.
/// </summary>
internal sealed class StreamRun : IAsyncDisposable
{
    private readonly StreamEngine _engine;
    private readonly GroupIntake _intake;
    private readonly SimulatedInput _input;
    private readonly List<EngineSink> _sinks = [];
    private readonly CancellationTokenSource _over = new();
    private readonly CountdownEvent _settled;
    private readonly Barrier _turns;

    /// <summary>Starts the lanes, which stop at once.</summary>
    public StreamRun(int lanes, long finalMs)
    {
        _turns = new Barrier(lanes + 1);
        _settled = new CountdownEvent(lanes);
        var pipeline = new PipelineOptions { Lanes = lanes, Cadence = SnapshotCadence.EverySecond, QueuedBatches = 1 << 20 };
        _engine = new StreamEngine(new EngineOptions(), pipeline, _ =>
        {
            _sinks.Add(new EngineSink(halfMs: 0, finalMs, TakeTurn, _settled));
            return _sinks[^1];
        });
        _ = _engine.Faulted.ContinueWith(_ => _over.Cancel(), TaskScheduler.Default);
        _intake = _engine.OpenGroup(group: 0, partitions: 1);
        _input = new SimulatedInput(_intake);
        _engine.Tick(0);
        _turns.SignalAndWait(_over.Token);
    }

    /// <summary>Queues a chunk, the lanes standing still, and lets them work it off; settles all after the last one.</summary>
    /// <returns>What the lanes took.</returns>
    public Taken Step(W1Generator source, int events, int flushEvery)
    {
        var e = default(SimulatedEvent);
        for (var i = 0; i < events && source.Next(ref e); i++)
        {
            _input.Add(e);
            if (i % flushEvery == flushEvery - 1)
            {
                _intake.TryFlush();
            }
        }

        _intake.TryFlush();
        if (source.Ended)
        {
            _intake.SettleAll();
            _intake.TryFlush();
        }

        _engine.Tick(0);
        var meter = Meter.Now();
        Turn();
        Turn();
        return meter.Stop();
    }

    /// <summary>Lets the lanes end; throws what a lane threw.</summary>
    public async Task<Answer> CompleteAsync()
    {
        Turn();
        await _engine.CompleteAsync();
        return Answer.Sum(_sinks.ConvertAll(sink => sink.Answer));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _engine.DisposeAsync();
        _turns.Dispose();
        _settled.Dispose();
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
