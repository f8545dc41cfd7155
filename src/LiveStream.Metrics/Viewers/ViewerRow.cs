namespace LiveStream.Metrics.Viewers;

/// <summary>What is remembered of every viewer of a session, 24 bytes. Times are ms, seconds are whole, both relative to the session's origin.</summary>
public struct ViewerRow
{
    /// <summary>Time that stands for never.</summary>
    public const int Never = int.MinValue;

    /// <summary>The segment of a viewer who was not active yet.</summary>
    public const byte NoSegment = byte.MaxValue;

    /// <summary>First event other than leave.</summary>
    public int FirstMs;

    /// <summary>Latest viewer event.</summary>
    public int LastMs;

    /// <summary>Second of the latest interaction.</summary>
    public int InteractionSecond;

    /// <summary>Number of the viewer's trade row plus one, 0 = none.</summary>
    public int TradeRow;

    /// <summary>Number of the channel of the first enter that had one.</summary>
    public ushort Channel;

    /// <summary>Ten-minute segment of the latest activity.</summary>
    public byte Segment;

    /// <summary>What else is known.</summary>
    public ViewerFlags Flags;

    /// <summary>A viewer at first sight.</summary>
    public static ViewerRow New => new() { FirstMs = Never, LastMs = Never, InteractionSecond = Never, Segment = NoSegment };
}

/// <summary>Facts about a viewer.</summary>
[Flags]
public enum ViewerFlags : byte
{
    None = 0,

    /// <summary>The latest viewer event is a leave.</summary>
    Left = 1,

    /// <summary>Started a visit.</summary>
    Visited = 2,

    /// <summary>Started two visits or more.</summary>
    Returned = 4,

    /// <summary>An enter said whether the viewer is new.</summary>
    NewViewerKnown = 8,

    /// <summary>An enter named the channel.</summary>
    ChannelKnown = 16,

    /// <summary>A payment said whether the buyer is new.</summary>
    NewBuyerKnown = 32,
}
