namespace LiveStream.Oracle;

/// <summary>
/// What <c>livestream replay</c> must write, recomputed from the log with lists, sorts and loops. Shares nothing with the
/// engine and is called by its tests only. Everything is held in memory; meant for logs of up to some 100,000 events.
/// </summary>
public static class Replay
{
    /// <summary>Replays uncompressed files, each one partition, and returns the snapshots in the order of cli.md.</summary>
    public static OracleResult Run(IReadOnlyList<byte[]> files, OracleOptions options)
    {
        var log = RecomputedLog.Of(files, options);
        return new OracleResult(Lines(log.Sessions), log.Counters);
    }

    /// <summary>The applied events with their final session and ts, as rows of the table <c>events</c> of src/METRICS.md, one JSON object each.</summary>
    public static IReadOnlyList<byte[]> AppliedEvents(IReadOnlyList<byte[]> files, OracleOptions options)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);

        return
        [
            .. RecomputedLog.RoomsOf(files.Select(file => Partition.Of(file, options.LatenessMs)), options).SelectMany(room => room.Finder.Sessions)
                .SelectMany(session => session.Applied.Select(item => AppliedTable.Row(session.Name, session.Applied[0].Ts, item))),
        ];
    }

    private static List<byte[]> Lines(IEnumerable<Session> sessions) =>
    [
        .. sessions.SelectMany(session => session.SnapshotTimes().Select(asOfTs => (Session: session, AsOfTs: asOfTs)))
            .OrderBy(line => line.AsOfTs)
            .ThenBy(line => line.Session.Room, Utf8Order.Instance)
            .ThenBy(line => line.Session.Name, Utf8Order.Instance)
            .ThenBy(line => line.Session.StartTs)
            .Select(line => Snapshot.Of(line.Session, line.AsOfTs)),
    ];
}
