namespace LiveStream.Metrics.Options;

/// <summary>
/// What shapes the numbers: section <c>Engine</c> of the configuration, already validated by whoever binds it
/// (limits stand beside each property). Immutable; every stage reads the same instance.
/// </summary>
public sealed record EngineOptions
{
    /// <summary>Length of a slice and distance of settled snapshots.</summary>
    public const int HopMs = 1000;

    /// <summary>ISO code that is passed on to snapshots.</summary>
    public string Currency { get; init; } = "CNY";

    /// <summary>Digits between major and minor units, 0..6; passed on to snapshots.</summary>
    public int MinorDigits { get; init; } = 2;

    /// <summary>Allowed lateness, 0..60,000.</summary>
    public int LatenessMs { get; init; } = 2000;

    /// <summary>Silence at the end of a partition after which it holds nothing up, 0..60,000.</summary>
    public int IdleMs { get; init; } = 1000;

    /// <summary>How far a partition may run ahead of its group's slowest, 1,000..3,600,000.</summary>
    public int MaxAheadMs { get; init; } = 30_000;

    /// <summary>Silence that ends a visit: a multiple of 1,000 in 1,000..3,600,000.</summary>
    public int PresenceTimeoutMs { get; init; } = 60_000;

    /// <summary>Quiet that ends a session, minutes, 1..1,440.</summary>
    public int SessionIdleMinutes { get; init; } = 360;

    /// <summary>Sliding windows in minutes, 1..60 each, ascending, distinct, 1..8 of them; the session window is always added.</summary>
    public IReadOnlyList<int> WindowMinutes { get; init; } = [1, 5, 10];

    /// <summary>Funnels by name, 0..8 of them.</summary>
    public IReadOnlyList<FunnelOptions> Funnels { get; init; } = FunnelOptions.Defaults;

    /// <summary>Ranking of products.</summary>
    public HotProductOptions HotProducts { get; init; } = new();

    /// <summary>What may grow, and how far.</summary>
    public CapOptions Caps { get; init; } = new();

    /// <summary>Quiet that ends a session once it has had an <c>end</c>.</summary>
    public static long EndedIdleMs => 30 * 60_000L;

    /// <summary>Age at which an event opens a new session of the same name.</summary>
    public static long MaxSessionMs => 24 * 3_600_000L;

    /// <summary>Quiet that ends a session that has had no <c>end</c>.</summary>
    public long SessionIdleMs => SessionIdleMinutes * 60_000L;

    /// <summary>The longest quiet that a session goes on after, ended or not, ms: what comes later begins another one.</summary>
    public long LongestIdleMs => Math.Max(SessionIdleMs, EndedIdleMs);
}
