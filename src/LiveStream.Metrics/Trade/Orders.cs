using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Distinct (user, order) pairs ordered and paid, buyers with two paid orders, and the sums of payments and refunds. Remembers
/// the newest pairs up to its cap.
/// </summary>
public sealed class Orders(TradeRows rows, Reach reach, Tally tally, WindowSpec[] windows, int maxOrders) : SessionOperator
{
    private readonly AgingIndex _index = new(maxOrders);
    private readonly Chunked<Pair> _pairs = new();
    private readonly DistinctRing _orders = new(windows[^1].Seconds);
    private readonly DistinctRing _paid = new(windows[^1].Seconds);
    private long _repeatBuyers;

    /// <inheritdoc/>
    public override bool Capped => _index.Forgot;

    /// <summary>Distinct orders of the session.</summary>
    public long TotalOrders => _orders.Total;

    /// <summary>Distinct paid orders of the session.</summary>
    public long TotalPaid => _paid.Total;

    /// <inheritdoc/>
    public override void Open(int second)
    {
        _orders.Open(second);
        _paid.Open(second);
    }

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            ref readonly var e = ref slice.Events[i];
            if (!EventTypes.IsTrade(e.Type))
            {
                continue;
            }

            ref readonly var detail = ref slice.Details[e.Detail];
            switch (e.Type)
            {
                case EventType.Order:
                    ref var ordered = ref PairOf(e.Viewer, detail.Order).OrderSecond;
                    Move(_orders, ref ordered, slice.Second);
                    break;
                case EventType.Payment:
                    tally.Add(Column.Units, e.Count);
                    Column.AddWide(tally.Second, Column.GmvLow, detail.Value);
                    Pay(slice.Viewers[i], ref PairOf(e.Viewer, detail.Order).PaidSecond, slice.Second);
                    break;
                case EventType.Refund:
                    Column.AddWide(tally.Second, Column.RefundedLow, detail.Value);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override void FillWindow(WindowFigures figures, in SlidWindow slid)
    {
        figures.Trade.Orders = _orders.CountLast(slid.Window.Seconds);
        figures.Trade.PaidOrders = _paid.CountLast(slid.Window.Seconds);
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        snapshot.SessionWindow.Trade.Orders = _orders.Total;
        snapshot.SessionWindow.Trade.PaidOrders = _paid.Total;
        snapshot.Whole.Repurchase = new Ratio(_repeatBuyers, reach.Buyers);
    }

    private static void Move(DistinctRing ring, ref int last, int second)
    {
        if (last != second)
        {
            ring.Move(last, second);
            last = second;
        }
    }

    private void Pay(int viewer, ref int paidSecond, int second)
    {
        if (paidSecond == DistinctRing.Never)
        {
            ref var row = ref rows[rows.Of(viewer)];
            if (row.PaidOrders < 2 && ++row.PaidOrders == 2)
            {
                _repeatBuyers++;
            }
        }

        Move(_paid, ref paidSecond, second);
    }

    private ref Pair PairOf(ulong viewer, ulong order)
    {
        var number = _index.GetOrAdd(NameHash.Combine(viewer, order), out var added);
        if (added)
        {
            _pairs.Ensure(number);
            _pairs[number] = new Pair { OrderSecond = DistinctRing.Never, PaidSecond = DistinctRing.Never };
        }

        return ref _pairs[number];
    }

    private struct Pair
    {
        public int OrderSecond;
        public int PaidSecond;
    }
}
