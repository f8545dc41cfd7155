using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Wide;

/// <summary>A lane's part of a wide room: the seconds that all lanes know of, and, in its leader, what the parts are added with.</summary>
/// <param name="leader">The lane that adds the parts and counts products.</param>
/// <param name="lanes">How many parts there are.</param>
internal sealed class WideEntry(int leader, int lanes)
{
    private readonly List<WideSecond> _seconds = [];
    private readonly Dictionary<WideHead, Session?> _byHead = [];
    private readonly LiveFigures?[] _live = new LiveFigures?[lanes];
    private Session?[] _sessions = [];

    /// <summary>The lane that adds the parts.</summary>
    public int Leader => leader;

    /// <summary>Adds the parts; null where this lane is not the leader.</summary>
    public WideMerge? Merge { get; init; }

    /// <summary>Whether seconds wait.</summary>
    public bool HasSeconds => _seconds.Count > 0;

    /// <summary>Takes note of a second; what is known of it already is kept.</summary>
    public void Add(WideSecond second)
    {
        var at = _seconds.FindLastIndex(s => s.StartMs <= second.StartMs);
        if (at >= 0 && _seconds[at].StartMs == second.StartMs)
        {
            var both = new WideSecond(second.StartMs);
            both.Add(_seconds[at]);
            both.Add(second);
            _seconds[at] = both;
        }
        else
        {
            _seconds.Insert(at + 1, second);
        }
    }

    /// <summary>Takes the oldest second before T.</summary>
    public bool TryTake(long settledMs, out WideSecond second)
    {
        second = _seconds.Count > 0 ? _seconds[0] : null!;
        if (second is null || second.StartMs >= settledMs)
        {
            return false;
        }

        _seconds.RemoveAt(0);
        return true;
    }

    /// <summary>Live numbers of another lane's part.</summary>
    public void SetLive(int lane, LiveFigures live) => _live[lane] = live;

    /// <summary>Adds the other lanes' live numbers to this one's.</summary>
    public void AddLive(LiveFigures live)
    {
        foreach (var part in _live)
        {
            if (part is not null)
            {
                live.Add(part);
            }
        }
    }

    /// <summary>Finds the sessions of a second as every lane finds them. Returns the only one, or null when there are several or none.</summary>
    public Session? Resolve(Room room, WideSecond second, NameTable names)
    {
        _byHead.Clear();
        if (second.Heads is null && second.Range() is var (firstMs, lastMs) && !AnyEndsBetween(room, firstMs, lastMs))
        {
            var session = second.Session.Length == 0 ? NameTable.None : names.Intern(second.Session);
            return ResolveHeads(room, [HeadOf(firstMs, session), HeadOf(lastMs, session)], []);
        }

        var heads = second.AllHeads().Select(head => (Head: head, Event: EventOf(head, names))).OrderBy(h => h.Event.TimeMs).ThenBy(h => h.Event.Rank).ToArray();
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i].Event.Detail = i;
        }

        var found = ResolveHeads(
            room, [.. heads.Select(h => h.Event)], [.. heads.Select(h => new EventDetail { OriginalTimeMs = h.Head.OriginalMs })]);
        for (var i = 0; i < heads.Length; i++)
        {
            _byHead[heads[i].Head] = _sessions[i];
        }

        return found;
    }

    /// <summary>The session of an event of the second that was resolved last, or null when it has none.</summary>
    public Session? SessionOf(in RoomEvent e, ReadOnlySpan<EventDetail> details, NameTable names)
    {
        var type = e.Type is EventType.Start or EventType.End or EventType.Leave ? e.Type : EventType.Like;
        var cameWithMs = e.Moved ? details[e.Detail].OriginalTimeMs : e.TimeMs;
        var head = new WideHead(e.TimeMs, type, e.Session < 0 ? [] : names[e.Session], e.Moved, cameWithMs);
        return _byHead.GetValueOrDefault(head);
    }

    private static RoomEvent HeadOf(long timeMs, int session) => new() { TimeMs = timeMs, Session = session, Type = EventType.Like, Detail = -1 };

    private static RoomEvent EventOf(in WideHead head, NameTable names) => new()
    {
        TimeMs = head.TimeMs, Type = head.Type, Moved = head.Moved, Session = head.Session.Length == 0 ? NameTable.None : names.Intern(head.Session),
    };

    // A session that becomes a day old within the second gives its name to another one there.
    private static bool AnyEndsBetween(Room room, long firstMs, long lastMs)
    {
        foreach (var session in room.Open)
        {
            if (session.YoungUntilMs >= firstMs && session.YoungUntilMs < lastMs)
            {
                return true;
            }
        }

        return false;
    }

    private Session? ResolveHeads(Room room, ReadOnlySpan<RoomEvent> heads, ReadOnlySpan<EventDetail> details)
    {
        if (_sessions.Length < heads.Length)
        {
            _sessions = new Session?[heads.Length];
        }

        var counts = default(SettleCounts);
        return room.Resolve(heads, details, _sessions.AsSpan(0, heads.Length), ref counts);
    }
}
