using System.ComponentModel.DataAnnotations;

namespace LiveStream.App.Configuration;

/// <summary>Section <c>Engine</c>: what shapes the numbers, and how many lanes compute them. <c>replay</c> reads nothing else.</summary>
internal sealed class EngineSettings
{
    [Range(1, 64)]
    public int Lanes { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, 64);

    [RegularExpression(@"\S{1,16}", ErrorMessage = "must be a currency code such as CNY")]
    public string Currency { get; set; } = "CNY";

    [Range(0, 6)]
    public int MinorDigits { get; set; } = 2;

    [Range(0, 60_000)]
    public int LatenessMs { get; set; } = 2000;

    [Range(0, 60_000)]
    public int IdleMs { get; set; } = 1000;

    [Range(1000, 3_600_000)]
    public int MaxAheadMs { get; set; } = 30_000;

    [Range(1000, 3_600_000)]
    public int PresenceTimeoutMs { get; set; } = 60_000;

    [Range(1, 1440)]
    public int SessionIdleMinutes { get; set; } = 360;

    [ListSetting]
    public string Windows { get; set; } = "1m,5m,10m";

    /// <summary>Funnel name -> its steps; empty = the funnels <c>shopping</c> and <c>full</c>.</summary>
    public Dictionary<string, FunnelSettings> Funnels { get; set; } = new(StringComparer.Ordinal);

    public HotProductSettings HotProducts { get; set; } = new();

    [Range(1, 10_000_000)]
    public int MaxRooms { get; set; } = 100_000;

    [Range(1, 1_000_000_000)]
    public int MaxViewers { get; set; } = 50_000_000;

    [Range(1, 1_000_000)]
    public int MaxProductsPerRoom { get; set; } = 10_000;

    [Range(1, 10_000)]
    public int MaxSessionsPerRoom { get; set; } = 64;

    [Range(1, 10_000)]
    public int MaxChannelsPerSession { get; set; } = 256;

    [Range(1000, 1_000_000_000)]
    public int MaxPendingEvents { get; set; } = 20_000_000;

    [Range(1, 1_000_000_000)]
    public int MaxTradeIdsPerSession { get; set; } = 10_000_000;

    [Range(1, 1_000_000_000)]
    public int MaxOrdersPerSession { get; set; } = 10_000_000;
}

/// <summary>One funnel.</summary>
internal sealed class FunnelSettings
{
    [ListSetting]
    public string Steps { get; set; } = "";

    [Range(1, 86_400_000)]
    public int WithinMs { get; set; } = 30 * 60_000;
}

/// <summary>The ranking of products.</summary>
internal sealed class HotProductSettings
{
    /// <summary>Weights of a click, a cart, an order and a payment.</summary>
    [ListSetting]
    public string Weights { get; set; } = "1,3,5,8";

    [Range(1, 100)]
    public int Top { get; set; } = 10;
}
