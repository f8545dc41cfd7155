namespace LiveStream.App.Replay;

/// <summary>Where a snapshot stands in the output: by T, then room, session (bytes of UTF-8), then start of the session.</summary>
internal readonly ref struct SnapshotKey(long asOfMs, ReadOnlySpan<byte> room, ReadOnlySpan<byte> session, long startMs)
{
    public long AsOfMs { get; } = asOfMs;
    public ReadOnlySpan<byte> Room { get; } = room;
    public ReadOnlySpan<byte> Session { get; } = session;
    public long StartMs { get; } = startMs;

    /// <summary>Negative when this key comes first.</summary>
    public int CompareTo(in SnapshotKey other)
    {
        var byTime = AsOfMs.CompareTo(other.AsOfMs);
        if (byTime != 0)
        {
            return byTime;
        }

        var byRoom = Room.SequenceCompareTo(other.Room);
        if (byRoom != 0)
        {
            return byRoom;
        }

        var bySession = Session.SequenceCompareTo(other.Session);
        return bySession != 0 ? bySession : StartMs.CompareTo(other.StartMs);
    }
}
