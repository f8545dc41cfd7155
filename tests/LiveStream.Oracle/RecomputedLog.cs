namespace LiveStream.Oracle;

/// <summary>
/// A log recomputed once: its counters, its sessions, and the snapshot of any session at any T, which is what an engine that is
/// live may have published then. Everything is held in memory; asked from one thread.
/// </summary>
public sealed class RecomputedLog
{
    private readonly ILookup<string, Session> _byRoom;

    private RecomputedLog(OracleCounters counters, IReadOnlyList<Session> sessions)
    {
        Counters = counters;
        Sessions = sessions;
        _byRoom = sessions.ToLookup(session => session.Room);
    }

    /// <summary>Where every event ends.</summary>
    public OracleCounters Counters { get; }

    /// <summary>The rooms that have a session, in no order.</summary>
    public IEnumerable<string> Rooms => _byRoom.Select(room => room.Key);

    internal IReadOnlyList<Session> Sessions { get; }

    /// <summary>Recomputes uncompressed files, each one partition.</summary>
    public static RecomputedLog Of(IReadOnlyList<byte[]> files, OracleOptions options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);

        var partitions = files.Select(file => Partition.Of(file, options.LatenessMs)).ToList();
        var rooms = RoomsOf(partitions, options);

        var applied = rooms.Sum(room => room.Finder.Sessions.Sum(session => (long)session.Applied.Count));
        var counters = new OracleCounters(
            partitions.Sum(partition => partition.Read),
            applied,
            partitions.Sum(partition => partition.Late) + rooms.Sum(room => room.Finder.Late),
            rooms.Sum(room => room.Finder.Moved),
            rooms.Sum(room => room.Finder.Duplicate),
            partitions.Sum(partition => partition.Rejected));
        var sessions = rooms.Where(room => options.Room is null || room.Room == options.Room)
            .SelectMany(room => room.Finder.Sessions)
            .Select(found => new Session(found.Name, found.Applied, options) { OpenSpans = found.OpenSpans });
        return new RecomputedLog(counters, [.. sessions]);
    }

    /// <summary>The settled snapshot of the session that began at S, as of T; null when the log has no such session.</summary>
    public byte[]? SnapshotAt(string room, string session, long startTs, long asOfTs) =>
        _byRoom[room].FirstOrDefault(found => found.StartTs == startTs && found.Name == session) is { } known && asOfTs > startTs
            ? Snapshot.Of(known, asOfTs)
            : null;

    /// <summary>
    /// The session that the room's keys show at T: of those not over then the one that began last, of two the larger name, <c>default</c>
    /// only if there is no other. Null when there is none.
    /// </summary>
    public (string Session, long StartTs)? ShownAt(string room, long asOfTs)
    {
        var shown = _byRoom[room].Where(session => session.IsOpenAt(asOfTs))
            .OrderBy(session => session.Name == "default" ? 0 : 1)
            .ThenBy(session => session.StartTs)
            .ThenBy(session => session.Name, Utf8Order.Instance)
            .LastOrDefault();
        return shown is null ? null : (shown.Name, shown.StartTs);
    }

    /// <summary>The ts of the room's last event, duplicates too; null when it has none.</summary>
    public long? LastTs(string room) => _byRoom[room].Select(session => (long?)session.OpenSpans[^1].Ts).Max();

    internal static List<(string Room, SessionFinder Finder)> RoomsOf(IEnumerable<Partition> partitions, OracleOptions options) =>
    [
        .. partitions.SelectMany(partition => partition.Accepted).GroupBy(item => item.Room)
            .Select(room => (room.Key, FindSessions(room, options))),
    ];

    private static SessionFinder FindSessions(IEnumerable<LogEvent> ofRoom, OracleOptions options)
    {
        var finder = new SessionFinder(options.SessionIdleMinutes);
        finder.Take(ofRoom);
        return finder;
    }
}
