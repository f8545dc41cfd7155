using BenchmarkDotNet.Attributes;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>A second of W1 (100,000 events of 1,000 rooms) into order by room and time. Per event.</summary>
public class SliceSort
{
    private const int Events = 100_000;

    private readonly SliceSorter _sorter = new();
    private RoomEvent[] _slice = [];
    private int _roomBound;
    private long _sliceStartMs;

    /// <summary>Makes the slice.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var workload = new W1Workload(new LoadOptions { Events = Events });
        var batch = new EventBatch(Events);
        for (var i = 0; i < Events; i++)
        {
            workload.Decoded.Read(i, out var parsed);
            batch.Append(parsed, NameHash.Compute(parsed.Room), parsed.TimeMs, moved: false);
        }

        _slice = batch.Events.ToArray();
        _roomBound = batch.NameCount;
        _sliceStartMs = workload.Options.FirstMs;
    }

    /// <summary>Groups by room, then takes each room's events in order.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public void Sort()
    {
        _sorter.Group(_slice, _roomBound);
        var taken = 0;
        for (var n = 0; n < _sorter.Rooms.Length; n++)
        {
            var events = _sorter.Take(_slice, n, _sliceStartMs);
            taken += events.Length;
            if (events[0].Room != _sorter.Rooms[n] || events[^1].TimeMs < events[0].TimeMs)
            {
                throw new InvalidOperationException("The events are not in order.");
            }
        }

        if (taken != Events)
        {
            throw new InvalidOperationException($"{taken} events taken, not {Events}.");
        }
    }
}
