using System.Globalization;

namespace LiveStream.Oracle;

/// <summary>
/// Takes one room's accepted events in event-time order and tells which session each belongs to, when sessions are over,
/// which moved events are late after all, and which trade events are copies. Used by <see cref="Replay"/> only.
/// </summary>
internal sealed class SessionFinder(int idleMinutes)
{
    private const string DefaultName = "default";
    private const long DayMs = 24 * 3_600_000;
    private const long IdleAfterEndMs = 30 * 60_000;

    private readonly long _idleMs = idleMinutes * 60_000L;
    private readonly Dictionary<string, OpenSession> _open = [];
    private readonly List<(long Ts, string Name)> _starts = [];
    private readonly List<OpenSession> _all = [];

    public long Late { get; private set; }

    public long Moved { get; private set; }

    public long Duplicate { get; private set; }

    /// <summary>The sessions found, with their applied events in event-time order, <c>leave</c> last, and what keeps them open until when.</summary>
    public IEnumerable<(string Name, List<LogEvent> Applied, List<(long Ts, long UntilTs)> OpenSpans)> Sessions =>
        _all.Select(session => (session.Name, session.Applied, session.OpenSpans));

    /// <summary>Takes all accepted events of the room, of all partitions.</summary>
    public void Take(IEnumerable<LogEvent> ofRoom)
    {
        foreach (var next in ofRoom.OrderBy(item => item.Ts).ThenBy(Place))
        {
            CloseQuiet(next.Ts);
            Take(next);
        }
    }

    /// <summary>The order at equal ts.</summary>
    private static int Place(LogEvent item) => item.Type switch
    {
        EventType.Start => 0,
        EventType.Leave => 3,
        _ => item.IsMoved ? 2 : 1,
    };

    private void CloseQuiet(long nowTs)
    {
        foreach (var (name, session) in _open.Where(open => nowTs - open.Value.LastTs > IdleMs(open.Value)).ToList())
        {
            _open.Remove(name);
            _starts.RemoveAll(start => start.Name == name);
        }
    }

    private long IdleMs(OpenSession session) => session.HadEnd ? IdleAfterEndMs : _idleMs;

    private void Take(LogEvent next)
    {
        var name = NameOf(next);
        var isOpen = _open.TryGetValue(name, out var session) && next.Ts - session.FirstTs <= DayMs;
        if (next.IsMoved && next.Type != EventType.Start && !isOpen)
        {
            Late++;
            return;
        }

        if (!isOpen)
        {
            session = new OpenSession { Name = name, FirstTs = next.Ts };
            _open[name] = session;
            _all.Add(session);
        }

        if (next.Type == EventType.Start)
        {
            _starts.Add((next.Ts, name));
        }

        Moved += next.IsMoved ? 1 : 0;
        Duplicate += session!.Add(next) ? 0 : 1;
        session.OpenSpans.Add((next.Ts, next.Ts + IdleMs(session)));
    }

    private string NameOf(LogEvent next)
    {
        if (next.Session is { } named)
        {
            return named;
        }

        if (next.Type == EventType.Start)
        {
            return next.OriginalTs.ToString(CultureInfo.InvariantCulture);
        }

        var begun = _starts.Where(start => start.Ts <= next.OriginalTs).ToList();
        return begun.Count == 0
            ? DefaultName
            : begun.OrderBy(start => start.Ts).ThenBy(start => start.Name, Utf8Order.Instance).Last().Name;
    }

    /// <summary>A session that is not over: what it has applied, and the trade events by which copies are known.</summary>
    private sealed class OpenSession
    {
        private readonly Dictionary<(string User, EventType Type, string Id), int> _placeOfId = [];

        public required string Name { get; init; }

        public required long FirstTs { get; init; }

        public long LastTs { get; private set; }

        public bool HadEnd { get; private set; }

        public List<LogEvent> Applied { get; } = [];

        public List<(long Ts, long UntilTs)> OpenSpans { get; } = [];

        /// <summary>False when the event is a copy; of copies at equal ts the one that the rules prefer is kept.</summary>
        public bool Add(LogEvent next)
        {
            LastTs = next.Ts;
            HadEnd |= next.Type == EventType.End;
            if (next.Type.IsTrade() && next.Id is { } id)
            {
                if (_placeOfId.TryGetValue((next.User, next.Type, id), out var place))
                {
                    Applied[place] = Preferred(Applied[place], next);
                    return false;
                }

                _placeOfId.Add((next.User, next.Type, id), Applied.Count);
            }

            Applied.Add(next);
            return true;
        }

        private static LogEvent Preferred(LogEvent one, LogEvent other) => new[] { one, other }
            .OrderBy(copy => copy.Ts)
            .ThenByDescending(copy => copy.Amount ?? 0)
            .ThenByDescending(copy => copy.Qty)
            .ThenBy(copy => copy.Product, Utf8Order.Instance)
            .ThenBy(copy => copy.Order, Utf8Order.Instance)
            .ThenBy(copy => copy.NewBuyer switch { true => 0, false => 1, null => 2 })
            .First();
    }
}
