namespace LiveStream.Simulation.World;

/// <summary>
/// The time of a simulated world and what is due in it. Time passes only in <see cref="Step"/>, from one due thing to the next; of things
/// due at once the one that was said first goes first. Things are said and done on one thread; the time may be read by any.
/// </summary>
internal sealed class VirtualTime(long startMs)
{
    private readonly PriorityQueue<Action, (long DueMs, long Turn)> _due = new();
    private long _nowMs = startMs;
    private long _turn;

    /// <summary>Wall clock, ms since the Unix epoch.</summary>
    public long NowMs => Volatile.Read(ref _nowMs);

    /// <summary>Does something at a time, or as soon as possible when that is past.</summary>
    public void At(long dueMs, Action action) => _due.Enqueue(action, (Math.Max(dueMs, NowMs), _turn++));

    /// <summary>Does something after a while.</summary>
    public void In(long waitMs, Action action) => At(NowMs + waitMs, action);

    /// <summary>Goes on to the next thing that is due and does it; false when there is none until the given time.</summary>
    public bool Step(long untilMs)
    {
        if (!_due.TryPeek(out var action, out var place) || place.DueMs > untilMs)
        {
            return false;
        }

        _due.Dequeue();
        Volatile.Write(ref _nowMs, place.DueMs);
        action();
        return true;
    }
}
