namespace LiveStream.Metrics.Sessions;

/// <summary>Where events ended when their slice was settled.</summary>
public struct SettleCounts
{
    /// <summary>Applied.</summary>
    public long Applied;

    /// <summary>Copies of trade events.</summary>
    public long Duplicate;

    /// <summary>Moved events whose session was over or had not begun.</summary>
    public long Late;

    /// <summary>Turned away by a cap.</summary>
    public long RejectedCapacity;

    /// <summary>Foreign events (<see cref="Events.RoomEvent.Foreign"/>) that a cap turned away; what becomes of them is counted where their viewer is.</summary>
    public long ForeignRejected;

    /// <summary>Applied or copies, after having been moved; counted besides.</summary>
    public long Moved;
}
