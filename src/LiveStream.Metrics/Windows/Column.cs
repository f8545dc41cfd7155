using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Windows;

/// <summary>The columns that are plain sums per window: first one per viewer event type, then these.</summary>
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

    /// <summary>Number of columns.</summary>
    public const int Count = RefundedHigh + 1;

    /// <summary>The sum whose halves stand in two neighbouring columns.</summary>
    public static Int128 Wide(ReadOnlySpan<long> sums, int low) => ((Int128)sums[low + 1] << 32) + sums[low];

    /// <summary>Adds an amount to the two halves of its columns.</summary>
    public static void AddWide(Span<long> sums, int low, long amount)
    {
        sums[low] += amount & uint.MaxValue;
        sums[low + 1] += amount >> 32;
    }
}
