using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Snapshots;
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
    private readonly AgingIndex _index;
    private readonly Chunked<Pair> _pairs = new();
    private readonly int _paidColumn;
    private long _repeatBuyers;

    /// <summary>Reserves a column in the side rows: paid orders, not counted further than 2.</summary>
    public Orders(WindowSums sums, DistinctCells cells, SideRows sides, int maxOrders)
    {
        _sums = sums;
        _cells = cells;
        _sides = sides;
        _index = new AgingIndex(maxOrders);
        _paidColumn = sides.Reserve(1);
    }

    /// <summary>Whether pairs have been forgotten.</summary>
    public bool Capped => _index.Forgot;

    /// <summary>Buyers with two paid orders or more, over buyers.</summary>
    public Ratio Repurchase => new(_repeatBuyers, _cells.Total(Column.Buyers));

    /// <summary>Takes a trade event.</summary>
    public void Apply(in RoomEvent e, in EventDetail detail, int second, ref ViewerRow row)
    {
        switch (e.Type)
        {
            case EventType.Order:
                Move(Column.Orders, ref PairOf(e.Viewer, detail.Order).OrderSecond, second);
                break;
            case EventType.Payment:
                _sums.Second[Column.Units] += e.Count;
                Column.AddWide(_sums.Second, Column.GmvLow, detail.Value);
                Pay(ref row, ref PairOf(e.Viewer, detail.Order).PaidSecond, second);
                break;
            case EventType.Refund:
                Column.AddWide(_sums.Second, Column.RefundedLow, detail.Value);
                break;
        }
    }

    private void Move(int column, ref int last, int second)
    {
        if (last != second)
        {
            _cells.Arrive(column, last);
            last = second;
        }
    }

    private void Pay(ref ViewerRow row, ref int paidSecond, int second)
    {
        if (paidSecond == DistinctCells.Never)
        {
            ref var paid = ref _sides.Of(ref row)[_paidColumn];
            if (paid < 2 && ++paid == 2)
            {
                _repeatBuyers++;
            }
        }

        Move(Column.PaidOrders, ref paidSecond, second);
    }

    private ref Pair PairOf(ulong viewer, ulong order)
    {
        var number = _index.GetOrAdd(NameHash.Combine(viewer, order), out var added);
        if (added)
        {
            _pairs.Ensure(number);
            _pairs[number] = new Pair { OrderSecond = DistinctCells.Never, PaidSecond = DistinctCells.Never };
        }

        return ref _pairs[number];
    }

    private struct Pair
    {
        public int OrderSecond;
        public int PaidSecond;
    }
}
