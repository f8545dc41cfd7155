using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Snapshots;

/// <summary>
/// The numbers of one window of one session, refilled in place at each of the window's hops.
/// Users are distinct people, events are lines, money is in minor units.
/// </summary>
public sealed class WindowFigures
{
    /// <summary>Key in the snapshot: <c>1m</c>, <c>session</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Active users.</summary>
    public long Viewers { get; set; }

    /// <summary>Visits started.</summary>
    public long Entries { get; set; }

    /// <summary>Visits ended.</summary>
    public long Leaves { get; set; }

    /// <summary>Viewer events by type, batches counted by their size; indexed by <see cref="EventType"/>.</summary>
    public long[] Events { get; } = new long[EventTypes.ViewerCount];

    /// <summary>Users with an interaction.</summary>
    public long InteractingViewers { get; set; }

    /// <summary>Users with a gift.</summary>
    public long Gifters { get; set; }

    /// <summary>Retention, null for the session window.</summary>
    public Ratio? Retention { get; set; }

    /// <summary>Users with an impression, click, cart, order, payment: in this order.</summary>
    public long[] Reach { get; } = new long[5];

    /// <summary>Per configured funnel the users that reached each step.</summary>
    public FunnelFigures[] Funnels { get; init; } = [];

    /// <summary>Orders, payments and what follows from them.</summary>
    public TradeFigures Trade { get; } = new();

    /// <summary>The ranked products, first row first.</summary>
    public List<HotProduct> HotProducts { get; } = [];

    /// <summary>interactingViewers / viewers.</summary>
    public Ratio InteractionRate => new(InteractingViewers, Viewers);

    /// <summary>gmv / viewers.</summary>
    public Ratio UvValue => new(Trade.GmvMinor, Viewers);

    /// <summary>gmv x 1000 / entries.</summary>
    public Ratio Gpm => new(Trade.GmvMinor * 1000, Entries);

    /// <summary>Users: payment / click.</summary>
    public Ratio ClickPayRate => new(Reach[4], Reach[1]);

    /// <summary>Users: payment / order.</summary>
    public Ratio PayRate => new(Reach[4], Reach[3]);

    /// <summary>Users: payment / viewers.</summary>
    public Ratio DealRate => new(Reach[4], Viewers);
}

/// <summary>One funnel in one window.</summary>
public sealed class FunnelFigures
{
    /// <summary>Key in the snapshot.</summary>
    public required string Name { get; init; }

    /// <summary>The steps' event types.</summary>
    public required IReadOnlyList<EventType> Steps { get; init; }

    /// <summary>Users whose longest chain has at least this step; as long as <see cref="Steps"/>.</summary>
    public required long[] Users { get; init; }
}

/// <summary>Trade in one window; lines are events, orders are distinct (user, order) pairs.</summary>
public sealed class TradeFigures
{
    /// <summary>Distinct orders placed.</summary>
    public long Orders { get; set; }

    /// <summary>Distinct orders paid.</summary>
    public long PaidOrders { get; set; }

    /// <summary>Payment lines.</summary>
    public long Payments { get; set; }

    /// <summary>Units paid.</summary>
    public Int128 Units { get; set; }

    /// <summary>Sum of payments.</summary>
    public Int128 GmvMinor { get; set; }

    /// <summary>Refund lines.</summary>
    public long Refunds { get; set; }

    /// <summary>Sum of refunds.</summary>
    public Int128 RefundedMinor { get; set; }

    /// <summary>Users with a payment.</summary>
    public long Buyers { get; set; }

    /// <summary>gmv - refunded.</summary>
    public Int128 NetGmvMinor => GmvMinor - RefundedMinor;

    /// <summary>gmv / paidOrders.</summary>
    public Ratio AverageOrderValue => new(GmvMinor, PaidOrders);

    /// <summary>gmv / buyers.</summary>
    public Ratio Arppu => new(GmvMinor, Buyers);

    /// <summary>refunded / gmv.</summary>
    public Ratio RefundRate => new(RefundedMinor, GmvMinor);
}

/// <summary>One row of the ranking of products; counts are events, not people.</summary>
/// <param name="Product">Product id.</param>
/// <param name="PreviousRank">1-based place in the previous window's list, 0 when it had none.</param>
/// <param name="Score">Weighted sum of events.</param>
/// <param name="Counts">What it is made of.</param>
public readonly record struct HotProduct(byte[] Product, int PreviousRank, long Score, ProductCounts Counts);

/// <summary>Events and sums of one product in one window.</summary>
public struct ProductCounts
{
    /// <summary>Sum of payments.</summary>
    public Int128 GmvMinor;

    /// <summary>Units paid.</summary>
    public long Units;

    /// <summary>Impression events.</summary>
    public long Impressions;

    /// <summary>Click events.</summary>
    public long Clicks;

    /// <summary>Cart events.</summary>
    public long Carts;

    /// <summary>Order lines.</summary>
    public long Orders;

    /// <summary>Payment lines.</summary>
    public long Payments;
}
