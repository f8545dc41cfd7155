using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Bench.Load.Rows;

/// <summary>The rows that run the engine itself.</summary>
internal static class EngineRows
{
    private const int Everything = 1 << 20;

    /// <summary>A and A2: the intake's batches are ready and queued; the clock runs while the lanes take them in, settle and fill.</summary>
    public static async Task<Measured> State(W1Workload workload, int lanes, bool json)
    {
        await using var run = new EngineRun(workload, lanes, json, Everything);
        run.Hold();
        run.FeedDecoded(wait: false);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var meter = Meter.Start();
        run.Release();
        await run.WaitUntilSettled();
        var measured = json
            ? await run.Measure(meter.Stop(), before, "A2", "state and JSON: ready batches to snapshots as JSON")
            : await run.Measure(meter.Stop(), before, "A", "state: ready batches to filled snapshots");

        // The queue of ready batches shrinks meanwhile, so what is kept says nothing.
        return measured with { KeptBytes = null };
    }

    /// <summary>A+: decoded events through the intake (lateness, names, routing), the lanes meanwhile.</summary>
    public static async Task<Measured> Intake(W1Workload workload, int lanes)
    {
        await using var run = new EngineRun(workload, lanes, json: false);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var meter = Meter.Start();
        run.FeedDecoded(wait: true);
        await run.WaitUntilSettled();
        return await run.Measure(meter.Stop(), before, "A+", "intake and state: decoded events to filled snapshots");
    }

    /// <summary>B: JSON lines through decoder and intake, the lanes meanwhile.</summary>
    public static async Task<Measured> Bytes(W1Workload workload, int lanes)
    {
        await using var run = new EngineRun(workload, lanes, json: false);
        var decoder = W1Workload.NewDecoder();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var meter = Meter.Start();
        foreach (var block in workload.Lines)
        {
            Read(block, decoder, run.Intake);
            run.Intake.Flush(CancellationToken.None);
        }

        run.FlushAll(wait: true);
        await run.WaitUntilSettled();
        return await run.Measure(meter.Stop(), before, "B", "bytes: JSON lines to filled snapshots");
    }

    private static void Read(in LineBlock block, EventDecoder decoder, GroupIntake intake)
    {
        var reader = new LineReader(decoder, TopicTypes.All, block.Lines);
        while (reader.Read(out var parsed, out var reason))
        {
            if (reason == RejectReason.None)
            {
                intake.Add(0, parsed, GroupIntake.NoTimestamp);
            }
            else
            {
                intake.Reject(reason);
            }
        }
    }
}
