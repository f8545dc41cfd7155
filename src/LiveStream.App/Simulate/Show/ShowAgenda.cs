using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>What happens next in a show.</summary>
internal enum DueKind : byte
{
    Arrive,
    Return,
    Heartbeat,
    Act,
    Impress,
    Proceed,
    Leave,
    Afterwards,
    ExplainStart,
    ExplainEnd,
    ChangeTurn,
    Cost,
    End,
}

/// <summary>One entry of the agenda.</summary>
/// <param name="Kind">What.</param>
/// <param name="Room">Index of the room.</param>
/// <param name="Subject">Slot of a visitor, index of a viewer, or key of what follows a sale.</param>
/// <param name="Turn">Must still be the subject's, else the entry is void.</param>
internal readonly record struct Due(DueKind Kind, int Room, int Subject, int Turn);

/// <summary>
/// Event time of a show: what is due when, the random numbers, the ids, and the events made and not yet handed on. Owned by the
/// generator, shared by the parts of a show. Entries of equal time come in an order that depends on the seed alone.
/// </summary>
internal sealed class ShowAgenda(ulong seed)
{
    private readonly PriorityQueue<Due, long> _due = new();
    private readonly Queue<SimulatedEvent> _made = new();
    private long _ids;
    private long _orders;
    private int _turns;

    /// <summary>The random numbers of the whole show.</summary>
    public SeededRandom Random = new(seed, 3);

    /// <summary>Event time, ms since the Unix epoch.</summary>
    public long NowMs { get; private set; }

    public bool IsOver => _due.Count == 0 && _made.Count == 0;

    /// <summary>Whether events wait to be handed on.</summary>
    public bool HasMade => _made.Count > 0;

    public long NextOrder() => ++_orders;

    /// <summary>A number that no entry has yet.</summary>
    public int NextTurn() => ++_turns;

    public void At(long timeMs, DueKind kind, int room, int subject = 0, int turn = 0) =>
        _due.Enqueue(new(kind, room, subject, turn), Math.Max(timeMs, NowMs));

    public void In(long delayMs, DueKind kind, int room, int subject = 0, int turn = 0) => At(NowMs + delayMs, kind, room, subject, turn);

    /// <summary>Moves time to the next entry, if it is due by then.</summary>
    public bool TryAdvance(long untilMs, out Due due)
    {
        if (!_due.TryPeek(out due, out var atMs) || atMs > untilMs)
        {
            return false;
        }

        NowMs = atMs;
        _due.Dequeue();
        return true;
    }

    /// <summary>Moves time to a moment before which nothing is due.</summary>
    public void AdvanceTo(long timeMs) => NowMs = timeMs;

    /// <summary>Makes an event that happens now.</summary>
    public void Emit(SimulatedEvent e)
    {
        e.TimeMs = NowMs;
        e.SendMs = NowMs;
        if (EventTypes.IsViewer(e.Type))
        {
            e.Id = ++_ids;
        }

        _made.Enqueue(e);
    }

    public bool TryTake(ref SimulatedEvent e) => _made.TryDequeue(out e);
}
