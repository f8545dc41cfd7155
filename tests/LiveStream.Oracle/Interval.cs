namespace LiveStream.Oracle;

/// <summary>The events of a session in <c>[FromTs, ToTs)</c>, sorted out by type once for all metrics of a window.</summary>
internal sealed class Interval
{
    private readonly List<LogEvent>?[] _ofType = new List<LogEvent>?[EventTypes.Count];
    private readonly HashSet<string> _viewers = [];

    public Interval(Session session, long fromTs, long toTs)
    {
        Session = session;
        FromTs = fromTs;
        ToTs = toTs;
        Events = session.Between(fromTs, toTs);
        foreach (var item in Events)
        {
            (_ofType[(int)item.Type] ??= []).Add(item);
            if (item.IsActive)
            {
                _viewers.Add(item.User);
            }
        }
    }

    public Session Session { get; }

    public long FromTs { get; }

    public long ToTs { get; }

    /// <summary>In event-time order, leaves last at equal ts.</summary>
    public ArraySegment<LogEvent> Events { get; }

    /// <summary>The users with a viewer event other than <c>leave</c>.</summary>
    public IReadOnlySet<string> Viewers => _viewers;

    /// <summary>Visits that started.</summary>
    public int Entries => Session.Visits.Count(visit => visit.FirstTs >= FromTs && visit.FirstTs < ToTs);

    /// <summary>Visits that ended.</summary>
    public int Leaves => Session.Visits.Count(visit => visit.EndTs >= FromTs && visit.EndTs < ToTs);

    public IReadOnlyList<LogEvent> Of(EventType type) => _ofType[(int)type] ?? [];

    public int UsersWith(EventType type) => Of(type).Select(item => item.User).Distinct().Count();
}
