using LiveStream.Metrics.Events;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Snapshots;

/// <summary>Trade in one window, a view of its columns; lines are events, orders are distinct (user, order) pairs.</summary>
/// <param name="values">The window's columns.</param>
public sealed class TradeFigures(long[] values)
{
    /// <summary>Distinct orders placed.</summary>
    public long Orders { get => values[Column.Orders]; set => values[Column.Orders] = value; }

    /// <summary>Distinct orders paid.</summary>
    public long PaidOrders { get => values[Column.PaidOrders]; set => values[Column.PaidOrders] = value; }

    /// <summary>Payment lines.</summary>
    public long Payments { get => values[(int)EventType.Payment]; set => values[(int)EventType.Payment] = value; }

    /// <summary>Units paid.</summary>
    public long Units { get => values[Column.Units]; set => values[Column.Units] = value; }

    /// <summary>Sum of payments.</summary>
    public Int128 GmvMinor { get => Column.Wide(values, Column.GmvLow); set => SetWide(Column.GmvLow, value); }

    /// <summary>Refund lines.</summary>
    public long Refunds { get => values[(int)EventType.Refund]; set => values[(int)EventType.Refund] = value; }

    /// <summary>Sum of refunds.</summary>
    public Int128 RefundedMinor { get => Column.Wide(values, Column.RefundedLow); set => SetWide(Column.RefundedLow, value); }

    /// <summary>Users with a payment.</summary>
    public long Buyers { get => values[Column.Buyers]; set => values[Column.Buyers] = value; }

    /// <summary>gmv - refunded.</summary>
    public Int128 NetGmvMinor => GmvMinor - RefundedMinor;

    /// <summary>gmv / paidOrders.</summary>
    public Ratio AverageOrderValue => new(GmvMinor, PaidOrders);

    /// <summary>gmv / buyers.</summary>
    public Ratio Arppu => new(GmvMinor, Buyers);

    /// <summary>refunded / gmv.</summary>
    public Ratio RefundRate => new(RefundedMinor, GmvMinor);

    private void SetWide(int low, Int128 value)
    {
        values[low] = (long)(value & uint.MaxValue);
        values[low + 1] = (long)(value >> 32);
    }
}
