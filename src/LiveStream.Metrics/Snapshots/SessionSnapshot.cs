namespace LiveStream.Metrics.Snapshots;

/// <summary>
/// Everything that is settled about one session of a room at one T, as filled values (output.md, Snapshot, without <c>live</c>).
/// Owned and refilled in place by the session's lane; a sink reads it during its call and keeps nothing of it but copies.
/// Names are UTF-8. Times are milliseconds since the Unix epoch unless the name says otherwise; money is in minor units.
/// </summary>
public sealed class SessionSnapshot
{
    /// <summary>Room id.</summary>
    public byte[] Room { get; set; } = [];

    /// <summary>The room's display name, or null.</summary>
    public byte[]? RoomName { get; set; }

    /// <summary>Session name.</summary>
    public byte[] Session { get; set; } = [];

    /// <summary>Whether an <c>end</c> is the latest of start and end.</summary>
    public bool Ended { get; set; }

    /// <summary>Time of the session's first accepted event.</summary>
    public long StartMs { get; set; }

    /// <summary>T: everything before it is in, nothing after.</summary>
    public long AsOfMs { get; set; }

    /// <summary>False for a session whose beginning the log no longer has.</summary>
    public bool Settled { get; set; } = true;

    /// <summary>True from the first event that a cap turned away.</summary>
    public bool Capped { get; set; }

    /// <summary>Applied events with a time before T.</summary>
    public long Applied { get; set; }

    /// <summary>ISO code, passed on.</summary>
    public string Currency { get; set; } = "";

    /// <summary>Digits between major and minor units.</summary>
    public int MinorDigits { get; set; }

    /// <summary>Who is in the room.</summary>
    public OnlineFigures Online { get; set; }

    /// <summary>The sliding windows in configured order, then the session.</summary>
    public WindowFigures[] Windows { get; set; } = [];

    /// <summary>Ten-minute segments that began before T.</summary>
    public List<SegmentFigures> Segments { get; } = [];

    /// <summary>The five rows of the survival curve.</summary>
    public SurvivalFigures[] Survival { get; } = new SurvivalFigures[5];

    /// <summary>What is defined over the whole session only.</summary>
    public SessionFigures Whole { get; } = new();

    /// <summary>Explanations per product, ordinal by product.</summary>
    public List<ExplainFigures> Explains { get; } = [];

    /// <summary>Stock per product, ordinal by product.</summary>
    public List<StockFigures> Stock { get; } = [];

    /// <summary>Display names of products, ordinal by product.</summary>
    public List<ProductName> Names { get; } = [];

    /// <summary>The session window, last of <see cref="Windows"/>.</summary>
    public WindowFigures SessionWindow => Windows[^1];
}

/// <summary>Online viewers at T, and over the hops of the session up to T.</summary>
/// <param name="Now">Online at T.</param>
/// <param name="Peak">Largest value at any hop.</param>
/// <param name="PeakAtMs">First hop that reached the peak.</param>
/// <param name="Average">Mean over the hops: sum over count.</param>
public readonly record struct OnlineFigures(long Now, long Peak, long PeakAtMs, Ratio Average);

/// <summary>One ten-minute segment of the session.</summary>
/// <param name="Index">0-based.</param>
/// <param name="Viewers">Users active in it.</param>
/// <param name="Retained">Share of them active in the next one too.</param>
/// <param name="Open">Whether the next segment is not over.</param>
public readonly record struct SegmentFigures(int Index, long Viewers, Ratio Retained, bool Open);

/// <summary>One point of the survival curve.</summary>
/// <param name="Minutes">1, 3, 5, 10 or 30.</param>
/// <param name="Retained">Share of the users first active longer ago than that who were seen again after it.</param>
public readonly record struct SurvivalFigures(int Minutes, Ratio Retained);

/// <summary>Explanations of one product.</summary>
public readonly record struct ExplainFigures(byte[] Product, long Times, long TotalMs, long Clicks, long Payments, Int128 GmvMinor);

/// <summary>Stock of one product.</summary>
/// <param name="Product">Product id.</param>
/// <param name="Left">Units left; negative is oversold.</param>
/// <param name="SellOutEtaMs">Milliseconds until sold out at the pace of the last five minutes, or null.</param>
public readonly record struct StockFigures(byte[] Product, long Left, long? SellOutEtaMs);

/// <summary>Display name of one product.</summary>
public readonly record struct ProductName(byte[] Product, byte[] Name);
