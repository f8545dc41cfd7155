using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Rows;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// Decoded events of W1 through the intake: lateness, names once each, routing, batches. Between two rounds the lane, which has room for
/// one event, turns the others away and gives the batches back. Per event.
/// </summary>
public class Intake
{
    private const int Events = 100_000;
    private const int MostPending = 1;

    private readonly EngineOptions _options = new() { Caps = new CapOptions { MaxPendingEvents = MostPending } };
    private W1Workload _workload = null!;
    private SteppedEngine _engine = null!;
    private long _rounds;

    /// <summary>Makes the events.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _workload = new W1Workload(new LoadOptions { Events = Events });
        _engine = new SteppedEngine(lanes: 1, _options, SnapshotCadence.EverySecond, static onTick => new NoSink(onTick));
    }

    /// <summary>The lane gives back what it was given; not measured. Throws when an event did not come through.</summary>
    [IterationSetup]
    public void Drain()
    {
        _engine.Work();
        var totals = _engine.Counters;
        if (totals.Read != _rounds * Events || !totals.Balanced || totals.Pending > MostPending)
        {
            throw new InvalidOperationException($"Not every event came through: {totals}.");
        }
    }

    /// <summary>Adds and flushes them.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Add()
    {
        for (var i = 0; i < Events; i++)
        {
            _workload.Decoded.Read(i, out var parsed);
            _engine.Intake.Add(0, parsed, GroupIntake.NoTimestamp);
        }

        _engine.Intake.TryFlush();
        _rounds++;
    }

    /// <summary>Ends the lane.</summary>
    [GlobalCleanup]
    public void Cleanup() => _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private sealed class NoSink(Action onTick) : LaneSink
    {
        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
        }

        public override void OnTick(long wallClockMs) => onTick();
    }
}
