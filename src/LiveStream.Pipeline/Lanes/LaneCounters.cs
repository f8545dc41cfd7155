using LiveStream.Metrics.Sessions;

namespace LiveStream.Pipeline.Lanes;

/// <summary>Outcomes of the events of one lane. Written by the lane only, read by anyone.</summary>
internal sealed class LaneCounters
{
    private long _applied;
    private long _duplicate;
    private long _late;
    private long _rejected;
    private long _moved;
    private long _buffered;
    private long _dropped;

    public long Applied => Volatile.Read(ref _applied);

    public long Duplicate => Volatile.Read(ref _duplicate);

    public long Late => Volatile.Read(ref _late);

    public long Rejected => Volatile.Read(ref _rejected);

    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Events that lie in slices.</summary>
    public long Buffered => Volatile.Read(ref _buffered);

    /// <summary>Events that waited when their group was given up.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public void Add(in SettleCounts counts)
    {
        Volatile.Write(ref _applied, _applied + counts.Applied);
        Volatile.Write(ref _duplicate, _duplicate + counts.Duplicate);
        Volatile.Write(ref _late, _late + counts.Late);
        Volatile.Write(ref _rejected, _rejected + counts.RejectedCapacity);
        Volatile.Write(ref _moved, _moved + counts.Moved);
    }

    public void Drop(long events)
    {
        AddBuffered(-events);
        Volatile.Write(ref _dropped, _dropped + events);
    }

    /// <summary>Events that waited when a checkpoint was taken wait again: they count as read here.</summary>
    public void Restore(long events)
    {
        AddBuffered(events);
        Volatile.Write(ref _dropped, _dropped - events);
    }

    public void AddBuffered(long events) => Volatile.Write(ref _buffered, _buffered + events);
}
