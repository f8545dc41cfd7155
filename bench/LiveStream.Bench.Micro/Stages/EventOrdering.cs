using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>A second of W1's largest room into the order of time and rank, by how its events arrived. Per event.</summary>
public class EventOrdering
{
    private const int Events = 17_000;

    private readonly EventOrder _order = new();
    private readonly RoomSlice _slice = new();

    /// <summary>As W1 has it (5 % late), all in order, or all in disorder.</summary>
    [Params("as in W1", "in order", "in disorder")]
    public string Arrival { get; set; } = "as in W1";

    /// <summary>Makes the slice.</summary>
    [GlobalSetup]
    public void Setup()
    {
        // Three seconds of a little more events each, of which the middle one is whole.
        var workload = new W1Workload(new LoadOptions { Events = Events * 4, Rooms = 1, Viewers = Events * 10, Rate = Events * 1.2 });
        var (numbers, batch) = (new NameNumbers(), new EventBatch(Events * 4));
        batch.Begin(numbers, 0);
        for (var i = 0; i < workload.Decoded.Count; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            batch.Append(parsed, numbers.Of(parsed.Room, NameHash.Compute(parsed.Room)), parsed.TimeMs, moved: false);
        }

        var startMs = workload.Options.FirstMs - (workload.Options.FirstMs % EngineOptions.HopMs) + EngineOptions.HopMs;
        var second = batch.Events.ToArray().Where(e => e.TimeMs >= startMs && e.TimeMs < startMs + EngineOptions.HopMs).Take(Events).ToArray();
        _slice.Reset(startMs);
        foreach (var e in Arranged(second))
        {
            _slice.Append(e, batch);
        }

        Order();
    }

    /// <summary>Orders it. Throws when the events are not all there, or one in a hundred looked at is not in order.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Order()
    {
        var ordered = _order.Of(_slice);
        for (var i = 100; i < ordered.Length; i += 100)
        {
            if (_slice.KeyOf(ordered[i - 1]) > _slice.KeyOf(ordered[i]))
            {
                throw new InvalidOperationException($"Event {i} is not in order.");
            }
        }

        if (ordered.Length != Events)
        {
            throw new InvalidOperationException($"{ordered.Length} events, not {Events}.");
        }
    }

    private IEnumerable<RoomEvent> Arranged(RoomEvent[] events)
    {
        if (Arrival == "in disorder")
        {
            new Random(42).Shuffle(events);
        }

        return Arrival == "in order" ? events.OrderBy(e => e.TimeMs).ThenBy(e => e.Rank) : events;
    }
}
