namespace LiveStream.Oracle;

/// <summary>
/// One session of a room with all its applied events, sorted once; every metric asks it for an interval and counts.
/// Holds besides, per user, the viewer events and the visits they make, which do not depend on T.
/// </summary>
internal sealed class Session
{
    private const long HopMs = 1_000;

    private readonly LogEvent[] _events;

    public Session(string name, List<LogEvent> applied, OracleOptions options)
    {
        Name = name;
        Options = options;
        _events = [.. applied];
        StartTs = _events[0].Ts;
        EventsByUser = _events.Where(item => item.IsViewer).GroupBy(item => item.User)
            .ToDictionary(user => user.Key, user => user.ToArray());
        Visits = [.. EventsByUser.SelectMany(user => Visit.AllOf(user.Key, user.Value, options.PresenceTimeoutMs))];
        Online = new OnlineCurve(StartTs, EventsByUser.Values, options.PresenceTimeoutMs);
    }

    public string Name { get; }

    public OracleOptions Options { get; }

    public string Room => _events[0].Room;

    /// <summary>S of the specification.</summary>
    public long StartTs { get; }

    /// <summary>For each of its events, duplicates too: its ts, and the ts up to which it keeps the session open.</summary>
    public IReadOnlyList<(long Ts, long UntilTs)> OpenSpans { get; init; } = [];

    public IReadOnlyDictionary<string, LogEvent[]> EventsByUser { get; }

    public IReadOnlyList<Visit> Visits { get; }

    public OnlineCurve Online { get; }

    /// <summary>The events with <c>fromTs &lt;= ts &lt; toTs</c>, in event-time order, leaves last at equal ts.</summary>
    public ArraySegment<LogEvent> Between(long fromTs, long toTs)
    {
        var from = FirstAt(fromTs);
        return new ArraySegment<LogEvent>(_events, from, Math.Max(0, FirstAt(toTs) - from));
    }

    public ArraySegment<LogEvent> Before(long ts) => Between(StartTs, ts);

    /// <summary>The users with a viewer event other than <c>leave</c> in the interval.</summary>
    public HashSet<string> ActiveBetween(long fromTs, long toTs) =>
        [.. Between(fromTs, toTs).Where(item => item.IsActive).Select(item => item.User)];

    /// <summary>The times for which replay writes a snapshot.</summary>
    public IEnumerable<long> SnapshotTimes()
    {
        var everyMs = Options.EveryMs ?? HopMs;
        var lastTs = FirstMultipleAbove(_events[^1].Ts, everyMs);
        for (var ts = Options.EveryMs is null ? lastTs : FirstMultipleAbove(StartTs, everyMs); ts <= lastTs; ts += everyMs)
        {
            yield return ts;
        }
    }

    /// <summary>Whether it has begun before T and is not over by quiet at T.</summary>
    public bool IsOpenAt(long asOfTs) => StartTs < asOfTs && asOfTs <= OpenSpans.Last(span => span.Ts < asOfTs).UntilTs;

    public static long FirstMultipleAbove(long ts, long stepMs) => (ts / stepMs * stepMs) + stepMs;

    public static long RoundDown(long ts, long stepMs) => ts / stepMs * stepMs;

    private int FirstAt(long ts)
    {
        var (low, high) = (0, _events.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _events[middle].Ts < ts ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
