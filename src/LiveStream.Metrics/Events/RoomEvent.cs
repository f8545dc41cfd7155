namespace LiveStream.Metrics.Events;

/// <summary>
/// One accepted event as numbers, 48 bytes. In a batch <see cref="Room"/>, <see cref="Session"/>, <see cref="Product"/> and
/// <see cref="Name"/> index the batch's own names; a lane rewrites them to its interned numbers when it takes the event in.
/// </summary>
public struct RoomEvent
{
    /// <summary>Event time (after moving), ms since the Unix epoch.</summary>
    public long TimeMs;

    /// <summary>Pseudonym of the viewer, 0 on room events.</summary>
    public ulong Viewer;

    /// <summary>The room.</summary>
    public int Room;

    /// <summary>The session it names, or -1.</summary>
    public int Session;

    /// <summary>The product, or -1.</summary>
    public int Product;

    /// <summary>The channel on enter, the display name on start, list and explain_start, or -1.</summary>
    public int Name;

    /// <summary>Index of its <see cref="EventDetail"/>, or -1.</summary>
    public int Detail;

    /// <summary>Batch size on like and gift, units on every other type.</summary>
    public int Count;

    /// <summary>What happened.</summary>
    public EventType Type;

    /// <summary>Whether the viewer is new (enter).</summary>
    public Flag NewViewer;

    /// <summary>Whether the buyer is new (payment).</summary>
    public Flag NewBuyer;

    /// <summary>Whether lateness moved it: <see cref="TimeMs"/> is then the bound, and the detail has the original.</summary>
    public bool Moved;

    /// <summary>
    /// Order at equal time: starts, then what was not moved, then what was moved, leaves last.
    /// </summary>
    public readonly int Rank => Type switch
    {
        EventType.Start => 0,
        EventType.Leave => 3,
        _ => Moved ? 2 : 1,
    };
}

/// <summary>What only trade, stock and moved events carry besides their <see cref="RoomEvent"/>.</summary>
public struct EventDetail
{
    /// <summary>The time it came with, ms since the Unix epoch.</summary>
    public long OriginalTimeMs;

    /// <summary>Minor units on trade events, units available on stock events.</summary>
    public long Value;

    /// <summary>Hash of the event id, 0 when absent.</summary>
    public ulong Id;

    /// <summary>Hash of the order id, 0 when absent.</summary>
    public ulong Order;

    /// <summary>Where the order's bytes begin in the owner's text buffer.</summary>
    public int OrderOffset;

    /// <summary>Length of the order's bytes, 0 when absent.</summary>
    public int OrderLength;
}
