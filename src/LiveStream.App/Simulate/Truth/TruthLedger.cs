using System.Runtime.InteropServices;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// What the generator knows about everything it made, kept line by line in the order in which each partition gets them, by plain
/// rules of its own: no code of the engine is in it. An engine's settled totals over the whole stream must be equal to it.
/// Written by the one thread that makes the events. Memory grows with viewers, trade and funnel steps; for tests and demos.
/// </summary>
public sealed class TruthLedger
{
    private readonly SimulationOptions _options;
    private readonly Dictionary<TradeKey, Trade> _trades = [];
    private readonly List<FunnelEvent> _steps = [];
    private long[] _largestMs = new long[1];

    /// <param name="options">Of the workload that is kept.</param>
    public TruthLedger(SimulationOptions options)
    {
        _options = options;
        Rooms = new TruthRoom[options.Rooms];
        for (var i = 0; i < Rooms.Length; i++)
        {
            Rooms[i] = new TruthRoom();
        }
    }

    /// <summary>The rooms, by their index. Totals may be read while events are made.</summary>
    public TruthRoom[] Rooms { get; }

    /// <summary>Lines made.</summary>
    public long Read { get; private set; }

    /// <summary>Lines of garbage, by kind.</summary>
    public long[] GarbageByKind { get; } = new long[(int)GarbageKind.TooDeep + 1];

    /// <summary>Markers and scripts that were made, with what they truly do.</summary>
    internal List<TruthEffect> Effects { get; } = [];

    /// <summary>Intervals of explanation that were made.</summary>
    internal List<TruthExplain> Explains { get; } = [];

    /// <summary>Takes a line in.</summary>
    /// <param name="e">The event or garbage.</param>
    /// <param name="partition">Which ordered log it goes to, 0..; lateness is judged within one.</param>
    public void Add(in SimulatedEvent e, int partition)
    {
        var room = Rooms[e.Room];
        Read++;
        if (e.Garbage != GarbageKind.None)
        {
            GarbageByKind[(int)e.Garbage]++;
            room.Garbage++;
            return;
        }

        if (partition >= _largestMs.Length)
        {
            Array.Resize(ref _largestMs, partition + 1);
        }

        ref var largestMs = ref _largestMs[partition];
        var timeMs = e.TimeMs;
        if (timeMs < largestMs - _options.LatenessMs)
        {
            timeMs = largestMs - _options.LatenessMs;
            if (!EventTypes.IsMovable(e.Type) || (e.Type != EventType.Start && !(room.FirstMs <= timeMs)))
            {
                room.Late++;
                return;
            }

            room.Moved++;
        }

        largestMs = Math.Max(largestMs, timeMs);
        if (EventTypes.IsTrade(e.Type))
        {
            AddTrade(in e, timeMs, room);
        }
        else
        {
            room.Apply(in e, timeMs);
            KeepForFunnels(in e, timeMs);
            KeepStory(in e, timeMs);
        }
    }

    /// <summary>Users by the level they reached in a funnel over the session: element i counts those with level i + 1 or more. Call when done.</summary>
    /// <param name="steps">Distinct types.</param>
    /// <param name="withinMs">Largest distance between first and last event of a chain.</param>
    /// <returns>By room.</returns>
    internal long[][] Funnel(IReadOnlyList<EventType> steps, long withinMs) =>
        TruthFunnel.Levels(Rooms.Length, FunnelEvents(), steps, withinMs);

    private static bool IsBetter(in SimulatedEvent a, long aMs, in SimulatedEvent b, long bMs)
    {
        if (aMs != bMs)
        {
            return aMs < bMs;
        }

        if (a.AmountMinor != b.AmountMinor)
        {
            return a.AmountMinor > b.AmountMinor;
        }

        return a.Quantity > b.Quantity; // copies name the same product, order and buyer
    }

    private void AddTrade(in SimulatedEvent e, long timeMs, TruthRoom room)
    {
        ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(_trades, new(e.Room, e.Viewer, e.Type, e.Id), out var isCopy);
        if (!isCopy)
        {
            kept = new(e, timeMs);
            room.Apply(in e, timeMs);
            return;
        }

        room.Duplicates++;
        if (IsBetter(in e, timeMs, in kept.Event, kept.TimeMs))
        {
            room.Replace(in kept.Event, in e, timeMs);
            kept = new(e, timeMs);
        }
    }

    private void KeepForFunnels(in SimulatedEvent e, long timeMs)
    {
        if (e.Type is EventType.Enter or EventType.Click or EventType.Cart or EventType.Impression)
        {
            _steps.Add(new(e.Room, e.Viewer, timeMs, e.Type));
        }
    }

    private void KeepStory(in SimulatedEvent e, long timeMs)
    {
        switch (e.Type)
        {
            case EventType.Marker or EventType.Script:
                Effects.Add(TruthEffect.Of(e.Room, timeMs, Turn.All[e.Text], Effects));
                break;
            case EventType.ExplainStart:
                Explains.Add(new(e.Room, e.Product, timeMs));
                break;
            case EventType.ExplainEnd or EventType.End:
                CloseExplain(e.Room, timeMs);
                break;
        }
    }

    private void CloseExplain(int room, long timeMs)
    {
        var open = Explains.FindLastIndex(explain => explain.Room == room && explain.StartMs <= timeMs && explain.EndMs is null);
        if (open >= 0)
        {
            Explains[open] = Explains[open] with { EndMs = timeMs };
        }
    }

    private List<FunnelEvent> FunnelEvents()
    {
        var events = new List<FunnelEvent>(_steps.Count + _trades.Count);
        events.AddRange(_steps);
        foreach (var (key, trade) in _trades)
        {
            events.Add(new(key.Room, key.Viewer, trade.TimeMs, key.Type));
        }

        return events;
    }

    private readonly record struct TradeKey(int Room, int Viewer, EventType Type, long Id);

    private struct Trade(SimulatedEvent e, long timeMs)
    {
        public SimulatedEvent Event = e;
        public long TimeMs = timeMs;
    }
}
