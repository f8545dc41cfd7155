namespace LiveStream.Metrics.Events;

/// <summary>
/// One accepted event of a room as numbers, 40 bytes. In a batch <see cref="Session"/>, <see cref="Product"/> and <see cref="Name"/> are the
/// intake's numbers of names; a lane rewrites them to its own when it takes the event in.
/// </summary>
public struct RoomEvent
{
    private const int NewViewerShift = 0;
    private const int NewBuyerShift = 2;
    private const byte FlagMask = 3;
    private const byte MovedBit = 1 << 4;

    /// <summary>Event time (after moving), ms since the Unix epoch.</summary>
    public long TimeMs;

    /// <summary>Pseudonym of the viewer, 0 on room events.</summary>
    public ulong Viewer;

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

    private byte _flags;

    /// <summary>Whether the viewer is new (enter).</summary>
    public Flag NewViewer
    {
        readonly get => (Flag)((_flags >> NewViewerShift) & FlagMask);
        set => _flags = (byte)((_flags & ~(FlagMask << NewViewerShift)) | ((int)value << NewViewerShift));
    }

    /// <summary>Whether the buyer is new (payment).</summary>
    public Flag NewBuyer
    {
        readonly get => (Flag)((_flags >> NewBuyerShift) & FlagMask);
        set => _flags = (byte)((_flags & ~(FlagMask << NewBuyerShift)) | ((int)value << NewBuyerShift));
    }

    /// <summary>Whether lateness moved it: <see cref="TimeMs"/> is then the bound, and the detail has the original.</summary>
    public bool Moved
    {
        readonly get => (_flags & MovedBit) != 0;
        set => _flags = (byte)(value ? _flags | MovedBit : _flags & ~MovedBit);
    }

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
