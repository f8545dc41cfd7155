namespace LiveStream.Oracle;

/// <summary>A conversion funnel: its name, the event types of its steps in order, and how far first and last may lie apart.</summary>
/// <param name="Name">Key of the funnel in the snapshot.</param>
/// <param name="Steps">Names of viewer event types, first step first.</param>
/// <param name="WithinMs">Conversion window in milliseconds, inclusive.</param>
public sealed record OracleFunnel(string Name, IReadOnlyList<string> Steps, long WithinMs);

/// <summary>What <c>livestream replay</c> would take from the section <c>Engine</c> and from its command line.</summary>
public sealed record OracleOptions
{
    private const long HalfAnHourMs = 30 * 60_000;

    /// <summary>Allowed lateness within one partition.</summary>
    public long LatenessMs { get; init; } = 2_000;

    /// <summary>The longest silence of a viewer that still counts as there.</summary>
    public long PresenceTimeoutMs { get; init; } = 60_000;

    /// <summary>Quiet that ends a session which has had no <c>end</c>; after an <c>end</c> it is 30 minutes.</summary>
    public int SessionIdleMinutes { get; init; } = 360;

    /// <summary>Sliding windows in minutes, in the order in which they are written.</summary>
    public IReadOnlyList<int> WindowMinutes { get; init; } = [1, 5, 10];

    /// <summary>Funnels, in the order in which they are written.</summary>
    public IReadOnlyList<OracleFunnel> Funnels { get; init; } =
    [
        new("shopping", ["click", "cart", "payment"], HalfAnHourMs),
        new("full", ["enter", "click", "cart", "order", "payment"], HalfAnHourMs),
    ];

    /// <summary>Score of one click, cart, order and payment.</summary>
    public IReadOnlyList<int> Weights { get; init; } = [1, 3, 5, 8];

    /// <summary>Rows of <c>hotProducts</c>.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Passed on to the snapshots.</summary>
    public string Currency { get; init; } = "CNY";

    /// <summary>Passed on to the snapshots.</summary>
    public int MinorDigits { get; init; } = 2;

    /// <summary>Only snapshots of this room are written; everything is still read and counted. Null = all rooms.</summary>
    public string? Room { get; init; }

    /// <summary>Distance of the snapshots; null = only the last one of each session.</summary>
    public long? EveryMs { get; init; }
}
