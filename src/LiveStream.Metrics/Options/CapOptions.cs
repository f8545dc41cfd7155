namespace LiveStream.Metrics.Options;

/// <summary>Upper limits of everything that grows with the input. Past one, events are <c>rejected{capacity}</c> and snapshots say <c>capped</c>.</summary>
public sealed record CapOptions
{
    /// <summary>Rooms with an open session, of this instance.</summary>
    public int MaxRooms { get; init; } = 100_000;

    /// <summary>Viewers of all open sessions, of this instance.</summary>
    public int MaxViewers { get; init; } = 50_000_000;

    /// <summary>Products of one session.</summary>
    public int MaxProductsPerRoom { get; init; } = 10_000;

    /// <summary>Open sessions of one room, which remembers up to four times as many starts.</summary>
    public int MaxSessionsPerRoom { get; init; } = 64;

    /// <summary>Traffic sources of one session; viewers of further ones count as <c>other</c>.</summary>
    public int MaxChannelsPerSession { get; init; } = 256;

    /// <summary>Events read and not yet settled, of this instance.</summary>
    public int MaxPendingEvents { get; init; } = 20_000_000;

    /// <summary>Ids of trade events remembered per session; the oldest go first.</summary>
    public int MaxTradeIdsPerSession { get; init; } = 10_000_000;

    /// <summary>Distinct (user, order) pairs remembered per session; the oldest go first.</summary>
    public int MaxOrdersPerSession { get; init; } = 10_000_000;
}
