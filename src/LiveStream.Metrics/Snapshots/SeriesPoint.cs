using System.Runtime.InteropServices;

namespace LiveStream.Metrics.Snapshots;

/// <summary>
/// One point of the curve: online at its time, and what happened since the point before it. Without a gap before the wide sum, since points are
/// written as they lie in memory and a gap holds anything.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(long))]
public record struct SeriesPoint
{
    /// <summary>Time of the point, ms since the Unix epoch.</summary>
    public long TimeMs;

    /// <summary>Online at that time.</summary>
    public long Online;

    /// <summary>Visits started.</summary>
    public long Entries;

    /// <summary>Visits ended.</summary>
    public long Leaves;

    /// <summary>Likes, counted by batch size.</summary>
    public long Likes;

    /// <summary>Barrages.</summary>
    public long Barrages;

    /// <summary>Clicks.</summary>
    public long Clicks;

    /// <summary>Cart additions.</summary>
    public long Carts;

    /// <summary>Orders first paid.</summary>
    public long PaidOrders;

    /// <summary>Sum of payments, minor units.</summary>
    public Int128 GmvMinor;

    /// <summary>What happened between an earlier state of the totals and this one.</summary>
    public readonly SeriesPoint Since(in SeriesPoint earlier) => this with
    {
        Entries = Entries - earlier.Entries,
        Leaves = Leaves - earlier.Leaves,
        Likes = Likes - earlier.Likes,
        Barrages = Barrages - earlier.Barrages,
        Clicks = Clicks - earlier.Clicks,
        Carts = Carts - earlier.Carts,
        PaidOrders = PaidOrders - earlier.PaidOrders,
        GmvMinor = GmvMinor - earlier.GmvMinor,
    };

    /// <summary>Both stretches together, at this one's time.</summary>
    public readonly SeriesPoint Plus(in SeriesPoint other) => this with
    {
        Entries = Entries + other.Entries,
        Leaves = Leaves + other.Leaves,
        Likes = Likes + other.Likes,
        Barrages = Barrages + other.Barrages,
        Clicks = Clicks + other.Clicks,
        Carts = Carts + other.Carts,
        PaidOrders = PaidOrders + other.PaidOrders,
        GmvMinor = GmvMinor + other.GmvMinor,
    };
}
