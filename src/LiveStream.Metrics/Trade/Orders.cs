using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Distinct (user, order) pairs ordered and paid, buyers with two paid orders, and the sums of payments and refunds. Remembers
/// the newest pairs up to its cap. Owned by one session.
/// </summary>
public sealed class Orders
{
    private readonly WindowSums _sums;
    private readonly DistinctCells _cells;
    private readonly SideRows _sides;
    private readonly AgingTable<OrderRow> _orders;
    private readonly int _paidColumn;
    private long _repeatBuyers;

    /// <summary>Reserves a column in the side rows: paid orders, not counted further than 2.</summary>
    public Orders(WindowSums sums, DistinctCells cells, SideRows sides, int maxOrders)
    {
        _sums = sums;
        _cells = cells;
        _sides = sides;
        _orders = new AgingTable<OrderRow>(maxOrders);
        _paidColumn = sides.Reserve(1);
    }

    /// <summary>Whether pairs have been forgotten.</summary>
    public bool Capped => _orders.Forgot;

    /// <summary>Buyers with two paid orders or more, over buyers.</summary>
    public Ratio Repurchase => new(_repeatBuyers, _cells.Total(Column.Buyers));

    /// <summary>Brings near what a trade event will need.</summary>
    public void Prefetch(in RoomEvent e, in EventDetail detail) => _orders.Prefetch(KeyOf(e.Viewer, detail.Order));

    /// <summary>Takes a trade event.</summary>
    public void Apply(in RoomEvent e, in EventDetail detail, int second, ref ViewerRow row)
    {
        switch (e.Type)
        {
            case EventType.Order:
                Move(Column.Orders, ref RowOf(e.Viewer, detail.Order).OrderSecond, second);
                break;
            case EventType.Payment:
                _sums.Totals[Column.Units] += e.Count;
                Column.AddWide(_sums.Totals, Column.GmvLow, detail.Value);
                Pay(ref row, ref RowOf(e.Viewer, detail.Order).PaidSecond, second);
                break;
            case EventType.Refund:
                Column.AddWide(_sums.Totals, Column.RefundedLow, detail.Value);
                break;
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_repeatBuyers);
        _orders.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _repeatBuyers = reader.ReadLong();
        _orders.Restore(ref reader);
    }

    // Seconds are remembered plus one, 0 is never.
    private void Move(int column, ref int last, int second)
    {
        if (last != second + 1)
        {
            _cells.Arrive(column, last == 0 ? DistinctCells.Never : last - 1);
            last = second + 1;
        }
    }

    private void Pay(ref ViewerRow row, ref int paidSecond, int second)
    {
        if (paidSecond == 0)
        {
            ref var paid = ref _sides.Of(ref row)[_paidColumn];
            if (paid < 2 && ++paid == 2)
            {
                _repeatBuyers++;
            }
        }

        Move(Column.PaidOrders, ref paidSecond, second);
    }

    private ref OrderRow RowOf(ulong viewer, ulong order) => ref _orders.GetOrAdd(KeyOf(viewer, order), out _);

    private static ulong KeyOf(ulong viewer, ulong order) => Math.Max(1, NameHash.Combine(viewer, order));

    private struct OrderRow : IKeyed
    {
        public int OrderSecond;
        public int PaidSecond;

        public ulong Key { readonly get; set; }
    }
}
