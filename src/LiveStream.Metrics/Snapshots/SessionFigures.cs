namespace LiveStream.Metrics.Snapshots;

/// <summary>The numbers that are defined over the whole session: <c>sessionMetrics</c>.</summary>
public sealed class SessionFigures
{
    /// <summary>Sum of the lengths of all visits, ms, over viewers.</summary>
    public Ratio AverageStayMs { get; set; }

    /// <summary>Users with two or more visits, over viewers.</summary>
    public Ratio Returning { get; set; }

    /// <summary>Users whose first flagged enter says new, over those with the flag known.</summary>
    public Ratio NewViewerShare { get; set; }

    /// <summary>Users whose first flagged payment says new, over those with the flag known.</summary>
    public Ratio NewBuyerShare { get; set; }

    /// <summary>Buyers with two or more paid orders, over buyers.</summary>
    public Ratio Repurchase { get; set; }

    /// <summary>Products with a payment over products listed (or named).</summary>
    public Ratio SoldShare { get; set; }

    /// <summary>Viewers by traffic source, ordinal by name, none with 0.</summary>
    public List<ChannelFigures> Channels { get; } = [];

    /// <summary>First order - first activity.</summary>
    public DelayFigures TimeToOrder { get; set; }

    /// <summary>First payment - first activity.</summary>
    public DelayFigures TimeToPay { get; set; }
}

/// <summary>Viewers of one traffic source.</summary>
public readonly record struct ChannelFigures(byte[] Channel, long Viewers);

/// <summary>A distribution of delays.</summary>
/// <param name="Count">Users.</param>
/// <param name="Mean">Sum of the exact delays, ms, over the count.</param>
/// <param name="P50Ms">Nearest rank of the values rounded down to 8 leading binary digits; meaningless when the count is 0.</param>
/// <param name="P90Ms">As <paramref name="P50Ms"/>, 90 %.</param>
public readonly record struct DelayFigures(long Count, Ratio Mean, long P50Ms, long P90Ms);
