using System.Reactive.Linq;
using System.Reactive.Subjects;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Peers;
using LiveStream.Bench.Load.Workload;

namespace LiveStream.Bench.Load.Rows;

/// <summary>The rows of what one would use instead, each on decoded events in memory, one thread.</summary>
internal static class PeerRows
{
    private const long HopMs = 1000;

    /// <summary>plain: Dictionary, HashSet, Queue, LINQ.</summary>
    public static Measured Plain(W1Workload workload)
    {
        var events = PlainEvent.Of(workload.Decoded);
        var engine = new PlainEngine(workload.Options.LatenessMs);
        var meter = Meter.Start();
        foreach (var e in events)
        {
            engine.Add(e);
        }

        engine.Settle(workload.FinalMs);
        var taken = meter.Stop();
        return Row("plain", "peer: plain C#, fewer metrics: decoded events to snapshots", workload, taken, engine.Answer.Difference(workload.Known));
    }

    /// <summary>rx: the simplest windowed count there is, over everything.</summary>
    public static Measured Reactive(W1Workload workload) => Reactive(
        "rx", "peer: System.Reactive, count per second, no rooms", workload, static window => window.Count());

    /// <summary>rx-rooms: the same for each room.</summary>
    public static Measured ReactiveRooms(W1Workload workload) => Reactive(
        "rx-rooms", "peer: System.Reactive, count per room and second", workload, static window => window.GroupBy(e => e.Room).SelectMany(room => room.Count()));

    private static Measured Reactive(string row, string does, W1Workload workload, Func<IObservable<PlainEvent>, IObservable<int>> count)
    {
        var events = PlainEvent.Of(workload.Decoded);
        using var source = new Subject<PlainEvent>();
        using var hops = new Subject<bool>();
        long counted = 0;
        using var counting = source.Window(hops).SelectMany(count).Subscribe(found => counted += found);
        var meter = Meter.Start();
        var hopMs = workload.Options.FirstMs + HopMs;
        foreach (var e in events)
        {
            for (; e.TimeMs >= hopMs; hopMs += HopMs)
            {
                hops.OnNext(true);
            }

            source.OnNext(e);
        }

        source.OnCompleted();
        var taken = meter.Stop();
        return Row(row, does, workload, taken, counted == events.Length ? null : $"counted {counted}, not {events.Length}");
    }

    /// <summary>gather: one open-addressing look-up per event.</summary>
    public static Measured Gather(W1Workload workload)
    {
        var keys = new ulong[workload.Decoded.Count];
        var distinct = new HashSet<ulong>();
        for (var i = 0; i < keys.Length; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            keys[i] = parsed.Viewer;
            distinct.Add(parsed.Viewer);
        }

        using var table = new BareGather(distinct.Count);
        var meter = Meter.Start();
        table.Add(keys);
        var taken = meter.Stop();
        var wrong = table.Distinct == distinct.Count && table.Total() == keys.Length
            ? null : $"{table.Distinct} of {distinct.Count} viewers, {table.Total()} of {keys.Length} events";
        return Row("gather", "ceiling: bare open-addressing gather of viewers, prefetched", workload, taken, wrong);
    }

    private static Measured Row(string row, string does, W1Workload workload, Taken taken, string? wrong) => new()
    {
        Row = row, Does = does, Events = workload.Decoded.Count, Taken = taken, Wrong = wrong, ResidentBytes = Environment.WorkingSet,
    };
}
