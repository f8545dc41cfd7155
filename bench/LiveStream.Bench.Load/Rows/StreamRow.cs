using LiveStream.App.Simulate;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// stream: as row A, but for any number of events: they are made and batched a chunk at a time while the lanes stand still, and the clock
/// runs only while the lanes work them off. So memory holds the state of the engine and next to nothing else.
/// </summary>
internal static class StreamRow
{
    private const int ChunkEvents = 1 << 18;
    private const int FlushEvery = 8192;
    private const int WarmEvents = 4 * ChunkEvents / 3;

    /// <summary>Runs it once, after a short run that warms the code up.</summary>
    public static async Task<Measured> Run(LoadMaterial material, int lanes)
    {
        var options = material.Options.Simulation;
        if (options.Events > WarmEvents)
        {
            await Once(options with { Events = WarmEvents, Viewers = Math.Min(options.Viewers!.Value, WarmEvents) }, lanes);
        }

        return await Once(options, lanes);
    }

    private static async Task<Measured> Once(SimulationOptions options, int lanes)
    {
        var (known, finalMs) = Known(options);
        var sinks = new List<EngineSink>();
        using var settled = new CountdownEvent(lanes);
        await using var engine = new SteppedEngine(lanes, new EngineOptions(), SnapshotCadence.EverySecond, onTick =>
        {
            sinks.Add(new EngineSink(halfMs: 0, finalMs, onTick, settled));
            return sinks[^1];
        }, isBehind: true);
        var source = new W1Generator(options);
        var input = new SimulatedInput(engine.Intake);
        var residentBefore = Resident.Bytes();
        var keptBefore = GC.GetTotalMemory(forceFullCollection: true);
        var taken = default(Taken);
        while (!source.Ended)
        {
            Feed(source, input, engine.Intake);
            var meter = Meter.Now();
            engine.Work();
            taken += meter.Stop();
        }

        var resident = Resident.Bytes();
        var kept = GC.GetTotalMemory(forceFullCollection: true) - keptBefore;
        await engine.CompleteAsync();
        var answer = Answer.Sum(sinks.ConvertAll(sink => sink.Answer));
        return new Measured
        {
            Row = "stream",
            Does = "state, events made on the way: resident is the engine's",
            Note = $"{Math.Max(0, resident - residentBefore) / 1e6:N0} MB resident more than before",
            Lanes = lanes,
            Events = options.Events!.Value,
            Taken = taken,
            KeptBytes = kept,
            ResidentBytes = resident,
            Snapshots = known.Snapshots,
            Wrong = answer.Difference(known),
        };
    }

    private static void Feed(W1Generator source, SimulatedInput input, GroupIntake intake)
    {
        var e = default(SimulatedEvent);
        for (var i = 0; i < ChunkEvents && source.Next(ref e); i++)
        {
            input.Add(e);
            if (i % FlushEvery == FlushEvery - 1)
            {
                intake.TryFlush();
            }
        }

        intake.TryFlush();
        if (source.Ended)
        {
            intake.SettleAll();
            intake.TryFlush();
        }
    }

    private static (Answer Known, long FinalMs) Known(SimulationOptions options)
    {
        var truth = new TruthLedger(options);
        var source = new W1Generator(options);
        var e = default(SimulatedEvent);
        long largestMs = 0;
        while (source.Next(ref e))
        {
            truth.Add(e, partition: 0);
            largestMs = Math.Max(largestMs, e.TimeMs);
        }

        var finalMs = largestMs - (largestMs % EngineOptions.HopMs) + EngineOptions.HopMs;
        return (Answer.Of(truth.Rooms, finalMs), finalMs);
    }
}
