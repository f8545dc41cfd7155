using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Peers;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Rows;

/// <summary>The rows of what one would use instead, each on decoded events in memory, one thread.</summary>
internal static class PeerRows
{
    private const long HopMs = 1000;

    /// <summary>plain: Dictionary, HashSet, Queue, LINQ.</summary>
    public static Measured Plain(W1Workload workload)
    {
        var events = PlainEvents(workload);
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

    /// <summary>rx: the simplest windowed count there is.</summary>
    public static Measured Reactive(W1Workload workload)
    {
        var times = new long[workload.Decoded.Count];
        for (var i = 0; i < times.Length; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            times[i] = parsed.TimeMs;
        }

        using var source = new Subject<long>();
        using var hops = new Subject<bool>();
        long counted = 0;
        using var counting = source.Window(hops).SelectMany(window => window.Count()).Subscribe(count => counted += count);
        var meter = Meter.Start();
        var hopMs = workload.Options.FirstMs + HopMs;
        foreach (var timeMs in times)
        {
            for (; timeMs >= hopMs; hopMs += HopMs)
            {
                hops.OnNext(true);
            }

            source.OnNext(timeMs);
        }

        source.OnCompleted();
        var taken = meter.Stop();
        var wrong = counted == times.Length ? null : $"counted {counted}, not {times.Length}";
        return Row("rx", "peer: System.Reactive, count per second, no rooms", workload, taken, wrong);
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

    private static PlainEvent[] PlainEvents(W1Workload workload)
    {
        var strings = new Dictionary<string, string>();
        var events = new PlainEvent[workload.Decoded.Count];
        for (var i = 0; i < events.Length; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            var order = parsed.Order.IsEmpty ? null : Encoding.UTF8.GetString(parsed.Order);
            events[i] = new PlainEvent(
                parsed.Type, parsed.TimeMs, Shared(parsed.Room)!, parsed.Viewer, Shared(parsed.Product), order, parsed.AmountMinor, parsed.Count);
        }

        return events;

        string? Shared(ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty)
            {
                return null;
            }

            var made = Encoding.UTF8.GetString(text);
            return strings.TryGetValue(made, out var known) ? known : strings[made] = made;
        }
    }
}
