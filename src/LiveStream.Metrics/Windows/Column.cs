using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// The columns that every window has: plain sums first (one per viewer event type, then those named here), then the distinct counts, then one
/// distinct count per step of each configured funnel. A column is added here by one line and read in <see cref="Snapshots.WindowFigures"/>.
/// </summary>
public static class Column
{
    /// <summary>Visits started.</summary>
    public const int Entries = EventTypes.ViewerCount;

    /// <summary>Visits ended.</summary>
    public const int Leaves = Entries + 1;

    /// <summary>Units paid.</summary>
    public const int Units = Leaves + 1;

    /// <summary>Payments, low 32 bits of each amount; with the high column an exact sum of any length.</summary>
    public const int GmvLow = Units + 1;

    /// <summary>Payments, what is above 32 bits of each amount.</summary>
    public const int GmvHigh = GmvLow + 1;

    /// <summary>Refunds, low 32 bits of each amount.</summary>
    public const int RefundedLow = GmvHigh + 1;

    /// <summary>Refunds, what is above 32 bits of each amount.</summary>
    public const int RefundedHigh = RefundedLow + 1;

    /// <summary>Number of sums; the distinct counts stand behind them.</summary>
    public const int Sums = RefundedHigh + 1;

    /// <summary>Active users.</summary>
    public const int Viewers = Sums;

    /// <summary>Users online by the second of their latest activity; only looked at second by second, no window shows it.</summary>
    public const int Online = Viewers + 1;

    /// <summary>Users with an interaction.</summary>
    public const int Interacting = Online + 1;

    /// <summary>First of the distinct counts of those who do more than watch and talk; far fewer events concern these.</summary>
    public const int Acting = Interacting + 1;

    /// <summary>Users with a gift.</summary>
    public const int Gifters = Acting;

    /// <summary>Users with an impression, click, cart, order, payment: five columns in this order, the last of them the buyers.</summary>
    public const int Reach = Gifters + 1;

    /// <summary>Steps of <see cref="Reach"/>.</summary>
    public const int ReachSteps = 5;

    /// <summary>Users with a payment, the last step of <see cref="Reach"/>.</summary>
    public const int Buyers = Reach + ReachSteps - 1;

    /// <summary>Distinct orders placed.</summary>
    public const int Orders = Reach + ReachSteps;

    /// <summary>Distinct orders paid.</summary>
    public const int PaidOrders = Orders + 1;

    /// <summary>First step of the first funnel; the other steps and funnels follow.</summary>
    public const int Funnels = PaidOrders + 1;

    /// <summary>The sum whose halves stand in two neighbouring columns.</summary>
    public static Int128 Wide(ReadOnlySpan<long> sums, int low) => ((Int128)sums[low + 1] << 32) + sums[low];

    /// <summary>Adds an amount to the two halves of its columns.</summary>
    public static void AddWide(Span<long> sums, int low, long amount)
    {
        sums[low] += amount & uint.MaxValue;
        sums[low + 1] += amount >> 32;
    }
}
