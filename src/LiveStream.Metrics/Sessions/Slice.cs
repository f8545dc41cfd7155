using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// What the metrics see of one second of one session: its accepted events in event-time order (ties by <see cref="RoomEvent.Rank"/>), copies
/// taken out. Lives during one apply.
/// </summary>
public readonly ref struct Slice
{
    /// <summary>The events.</summary>
    public required ReadOnlySpan<RoomEvent> Events { get; init; }

    /// <summary>Details that the events refer to.</summary>
    public required ReadOnlySpan<EventDetail> Details { get; init; }

    /// <summary>Which viewers may have several events at one time: scratch of whoever made the slice.</summary>
    public required TwinFilter Twins { get; init; }

    /// <summary>The session's origin: its first event's time rounded down to a second, ms since the Unix epoch.</summary>
    public required long OriginMs { get; init; }

    /// <summary>The second, relative to the origin.</summary>
    public required int Second { get; init; }

    /// <summary>Bit per <see cref="EventType"/> of every event; other bits may be set.</summary>
    public required uint Types { get; init; }

    /// <summary>Time of an event relative to the origin, ms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OffsetMs(in RoomEvent e) => (int)(e.TimeMs - OriginMs);

    /// <summary>
    /// The next event behind <paramref name="index"/> of the same viewer at the same time, of a type whose bit is set in <paramref name="types"/>;
    /// -1 when there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextTwin(int index, uint types)
    {
        ref readonly var e = ref Events[index];
        var next = index + 1;
        return next < Events.Length && Events[next].TimeMs == e.TimeMs ? FindTwin(e, next, 1, types) : -1;
    }

    /// <summary>As <see cref="NextTwin"/>, before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PreviousTwin(int index, uint types)
    {
        ref readonly var e = ref Events[index];
        var previous = index - 1;
        return previous >= 0 && Events[previous].TimeMs == e.TimeMs ? FindTwin(e, previous, -1, types) : -1;
    }

    private int FindTwin(in RoomEvent e, int from, int step, uint types)
    {
        if (!Twins.MayHave(Events, from - step))
        {
            return -1;
        }

        for (var i = from; (uint)i < (uint)Events.Length && Events[i].TimeMs == e.TimeMs; i += step)
        {
            if (Events[i].Viewer == e.Viewer && ((types >> (int)Events[i].Type) & 1) != 0)
            {
                return i;
            }
        }

        return -1;
    }
}
