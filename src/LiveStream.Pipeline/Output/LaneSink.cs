using LiveStream.Metrics.Snapshots;

namespace LiveStream.Pipeline.Output;

/// <summary>
/// What a lane hands out. Every lane gets an instance of its own and calls it from its own loop only, so an implementation
/// needs no lock for state that it keeps per lane. Arguments are refilled in place: keep copies (bytes), never references.
/// A sink must not block on I/O: it serialises into its own mailbox and returns.
/// </summary>
public abstract class LaneSink
{
    /// <summary>
    /// How long a settled snapshot of a room's shown session is not wanted yet, ms; asked when it has been settled further. 0: it is handed out now. Else the sink is asked
    /// again at a tick after that time, and what is handed out then is the session as it is settled by then: what would only be replaced is not filled.
    /// </summary>
    public virtual int DueInMs(ReadOnlySpan<byte> room) => 0;

    /// <summary>
    /// A settled snapshot of a session. With <see cref="Options.SnapshotCadence.EveryHop"/> called for each open session after each hop that is the last
    /// of a settle step, if it is due (<see cref="DueInMs"/>) or not the shown one, and once more when it is found to be over with events settled since; in replay for each multiple of <c>--every</c>.
    /// </summary>
    /// <param name="snapshot">Filled values, valid during the call.</param>
    /// <param name="session">Facts beside the snapshot that Redis needs.</param>
    public abstract void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session);

    /// <summary>Live numbers of a room that had new events since the last call, at most once per tick.</summary>
    public virtual void OnLive(LiveFigures live, in SessionOutput session)
    {
    }

    /// <summary>A session is over and has left memory.</summary>
    public virtual void OnSessionOver(ReadOnlySpan<byte> room, ReadOnlySpan<byte> session, long startMs, bool roomEmpty)
    {
    }

    /// <summary>
    /// Everything that came before this tick on this lane has been handed out where it was due, but for rooms of a live engine whose second is still being
    /// settled: <see cref="OnSettled"/> says when all are.
    /// </summary>
    public virtual void OnTick(long wallClockMs)
    {
    }

    /// <summary>Everything of the group before T has been applied, and handed out where it was due, by this lane.</summary>
    public virtual void OnSettled(int group, long settledMs)
    {
    }
}

/// <summary>Facts about a session that its snapshot does not carry.</summary>
/// <param name="Group">Partition group the room lives in.</param>
/// <param name="Shown">Whether this is the session that the room's keys show (output.md, Redis).</param>
/// <param name="Series">Points of the room's curve, oldest first.</param>
public readonly ref struct SessionOutput(int group, bool shown, SeriesView series)
{
    public int Group { get; } = group;
    public bool Shown { get; } = shown;
    public SeriesView Series { get; } = series;
}

/// <summary>The curve of a session: points every 60 s, then every 10 s for the last hour; read during the call only.</summary>
public readonly ref struct SeriesView(ReadOnlySpan<SeriesPoint> coarse, ReadOnlySpan<SeriesPoint> fine)
{
    /// <summary>Points every 60 s, older than an hour, oldest first.</summary>
    public ReadOnlySpan<SeriesPoint> Coarse { get; } = coarse;

    /// <summary>Points every 10 s of the last hour, oldest first.</summary>
    public ReadOnlySpan<SeriesPoint> Fine { get; } = fine;
}
