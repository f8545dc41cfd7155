using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;

namespace LiveStream.Bench.Load.Rows;

/// <summary>An engine that settles every room every second, fed through one intake; for one run of one row.</summary>
public sealed class EngineRun : IAsyncDisposable
{
    /// <summary>Events between two flushes where the source has no blocks of its own.</summary>
    private const int FlushEvery = 8192;

    private readonly W1Workload _workload;
    private readonly StreamEngine _engine;
    private readonly List<EngineSink> _sinks = [];
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private readonly CountdownEvent _settled;

    /// <summary>Starts the lanes.</summary>
    /// <param name="workload">What will be fed.</param>
    /// <param name="lanes">Lanes.</param>
    /// <param name="json">Whether snapshots are written as JSON.</param>
    /// <param name="queuedBatches">Messages that may wait for a lane.</param>
    public EngineRun(W1Workload workload, int lanes, bool json, int queuedBatches = 64)
    {
        _workload = workload;
        _settled = new CountdownEvent(lanes);
        var pipeline = new PipelineOptions { Lanes = lanes, Cadence = SnapshotCadence.EverySecond, QueuedBatches = queuedBatches };
        _engine = new StreamEngine(new EngineOptions(), pipeline, _ => AddSink(json));
        Intake = _engine.OpenGroup(group: 0, partitions: 1);

        // As a log that is read from its beginning.
        Intake.IsBehind = true;
    }

    /// <summary>The door.</summary>
    public GroupIntake Intake { get; }

    /// <summary>Lanes stop until <see cref="Release"/>.</summary>
    public void Hold()
    {
        _gate.Reset();
        _engine.Tick(0);
    }

    /// <summary>Lanes go on.</summary>
    public void Release() => _gate.Set();

    /// <summary>Feeds the decoded events; what the lanes have no room for waits in the intake.</summary>
    public void FeedDecoded(bool wait)
    {
        for (var i = 0; i < _workload.Decoded.Count; i++)
        {
            _workload.Decoded.Read(i, out var parsed);
            Intake.Add(0, parsed, GroupIntake.NoTimestamp);
            if (i % FlushEvery == FlushEvery - 1)
            {
                Flush(wait);
            }
        }

        FlushAll(wait);
    }

    /// <summary>Everything that was fed settles.</summary>
    public void FlushAll(bool wait)
    {
        Flush(wait);
        Intake.SettleAll();
        Flush(wait);
    }

    /// <summary>Waits until every lane has settled the last T; throws what a lane threw.</summary>
    public async Task WaitUntilSettled()
    {
        var settled = Task.Factory.StartNew(_settled.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await await Task.WhenAny(settled, _engine.Faulted);
    }

    /// <summary>Waits until the lanes have ended, and says what was found.</summary>
    public async Task<Answer> Complete()
    {
        Intake.EndPartition(0);
        Intake.Flush(CancellationToken.None);
        await _engine.CompleteAsync();
        return Answer.Sum(_sinks.ConvertAll(sink => sink.Answer));
    }

    /// <summary>Ends the run: what it took, what is in memory, and whether the answer is right.</summary>
    public async Task<Measured> Measure(Taken taken, long keptBefore, string row, string does)
    {
        var kept = GC.GetTotalMemory(forceFullCollection: true) - keptBefore;
        var resident = Environment.WorkingSet;
        var answer = await Complete();
        return new Measured
        {
            Row = row,
            Does = does,
            Lanes = _sinks.Count,
            Events = _workload.Decoded.Count,
            Taken = taken,
            KeptBytes = kept,
            SecondHalfBytes = _sinks.Sum(sink => sink.SecondHalfBytes),
            ResidentBytes = resident,
            Wrong = answer.Difference(_workload.Known),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Release();
        await _engine.DisposeAsync();
        _gate.Dispose();
        _settled.Dispose();
    }

    private EngineSink AddSink(bool json)
    {
        var (halfMs, finalMs) = (_workload.HalfMs, _workload.FinalMs);
        var sink = json ? new JsonSink(halfMs, finalMs, _gate.Wait, _settled) : new EngineSink(halfMs, finalMs, _gate.Wait, _settled);
        _sinks.Add(sink);
        return sink;
    }

    private void Flush(bool wait)
    {
        if (wait)
        {
            Intake.Flush(CancellationToken.None);
        }
        else
        {
            Intake.TryFlush();
        }
    }
}
