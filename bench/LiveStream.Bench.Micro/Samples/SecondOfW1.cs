using System.Buffers.Text;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Rows;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Bench.Micro.Samples;

/// <summary>
/// An engine of one lane that gets the same second of W1 over and over, moved on by a second each time, with trade ids of its own each
/// time. What is fed settles when the next second comes. Used by one benchmark.
/// </summary>
public sealed class SecondOfW1
{
    private const int IdDigits = 16;

    private readonly W1Workload _workload;
    private readonly int[] _order;
    private readonly SteppedEngine _engine;
    private readonly byte[] _id = new byte[IdDigits];
    private Sink _sink = null!;
    private long _seconds;

    /// <summary>Makes the second, and feeds it once.</summary>
    /// <param name="events">Events in it.</param>
    /// <param name="rooms">Rooms.</param>
    /// <param name="viewers">Viewers to draw from.</param>
    public SecondOfW1(int events, int rooms, int viewers)
    {
        _workload = new W1Workload(new LoadOptions { Events = events, Rooms = rooms, Viewers = viewers, Rate = events });
        _order = [.. Enumerable.Range(0, events).OrderBy(TimeOf)];
        var options = new EngineOptions
        {
            LatenessMs = 0, Caps = new CapOptions { MaxTradeIdsPerSession = 100_000, MaxOrdersPerSession = 100_000 },
        };
        _engine = new SteppedEngine(lanes: 1, options, SnapshotCadence.EverySecond, onTick => _sink = new Sink(onTick));
        FeedNext();
        Settle();
    }

    /// <summary>The snapshot that was handed out last. It is refilled when the next second settles.</summary>
    public SessionSnapshot Snapshot => _sink.Last!;

    /// <summary>Queues one more second for the lane, which stands still.</summary>
    public void FeedNext()
    {
        var shiftMs = _seconds++ * EngineOptions.HopMs;
        foreach (var i in _order)
        {
            _workload.Decoded.Read(i, out var parsed);
            parsed.TimeMs += shiftMs;
            if (!parsed.Id.IsEmpty)
            {
                Utf8Formatter.TryFormat((_seconds * _order.Length) + i, _id, out _, new('D', IdDigits));
                parsed.Id = _id;
            }

            _engine.Intake.Add(0, parsed, GroupIntake.NoTimestamp);
        }

        _engine.Intake.TryFlush();
    }

    /// <summary>The lane takes in what was fed, and settles the second before it. Throws when an event of that is not applied.</summary>
    public void Settle()
    {
        _sink.Applied = 0;
        _engine.Work();
        if (_sink.Applied != (_seconds - 1) * _order.Length)
        {
            throw new InvalidOperationException($"{_sink.Applied} events applied, not {(_seconds - 1) * _order.Length}.");
        }
    }

    /// <summary>Ends the lane.</summary>
    public void End() => _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private long TimeOf(int index)
    {
        _workload.Decoded.Read(index, out var parsed);
        return parsed.TimeMs;
    }

    private sealed class Sink(Action onTick) : LaneSink
    {
        public long Applied { get; set; }

        public SessionSnapshot? Last { get; private set; }

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
            Applied += snapshot.Applied;
            Last = snapshot;
        }

        public override void OnTick(long wallClockMs) => onTick();
    }
}
