using System.Runtime.InteropServices;

namespace LiveStream.Metrics.Snapshots;

/// <summary>One row of the ranking of products; counts are events, not people.</summary>
/// <param name="Product">Product id.</param>
/// <param name="PreviousRank">1-based place in the previous window's list, 0 when it had none.</param>
/// <param name="Score">Weighted sum of events.</param>
/// <param name="Counts">What it is made of.</param>
public readonly record struct HotProduct(byte[] Product, int PreviousRank, long Score, ProductCounts Counts);

/// <summary>Events and sums of one product in one window, 44 bytes without a gap.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct ProductCounts
{
    /// <summary>Sum of payments.</summary>
    public Int128 GmvMinor;

    /// <summary>Units paid.</summary>
    public long Units;

    /// <summary>Impression events.</summary>
    public uint Impressions;

    /// <summary>Click events.</summary>
    public uint Clicks;

    /// <summary>Cart events.</summary>
    public uint Carts;

    /// <summary>Order lines.</summary>
    public uint Orders;

    /// <summary>Payment lines.</summary>
    public uint Payments;
}
