using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Trade;

/// <summary>Orders and reach against sets taken from the list of all events, at every second.</summary>
public sealed class OrdersTests
{
    private static readonly EventType[] Types =
        [EventType.Impression, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment, EventType.Refund, EventType.Cancel];

    private static readonly EventType[] Steps = [EventType.Impression, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void DistinctOrdersAndUsersOfTheWindow(int seed)
    {
        var random = new Random(seed);
        var windows = Made.Windows(1);
        var (sums, sides) = (new WindowSums(windows), new SideRows());
        var cells = new DistinctCells(windows, Column.Acting, Column.Funnels - Column.Acting, 0, 0);
        var (orders, reach) = (new Orders(sums, cells, sides, 10_000), new Reach(cells, sides));
        var rows = new ViewerRow[25];
        var values = new long[Column.Funnels];
        var all = new List<(RoomEvent Event, EventDetail Detail)>();
        for (var second = 0; second < 200; second++)
        {
            cells.Open(second);
            for (var i = random.Next(4); i > 0; i--)
            {
                var e = Made.Event(Types[random.Next(Types.Length)], (second * 1000) + 500, random.Next(rows.Length), count: random.Next(1, 9));
                var detail = new EventDetail { Order = (ulong)random.Next(6), Value = random.NextInt64(100_000_000_000) };
                if (EventTypes.IsTrade(e.Type))
                {
                    orders.Prefetch(e, detail);
                    orders.Apply(e, detail, second, ref rows[e.Viewer]);
                }

                if ((Reach.Types >> (int)e.Type & 1) != 0)
                {
                    reach.Apply(e.Type, (int)e.TimeMs, second, ref rows[e.Viewer]);
                }

                all.Add((e, detail));
            }

            sums.Slide(0, second + 1, values);
            cells.Slide(0, values);
            reach.TakeDelays(reach.Delays);
            Check(all.FindAll(x => x.Event.TimeMs / 1000 > second - 60), values);
            Assert.Equal(Repurchase(all), orders.Repurchase);
            if (random.Next(40) == 0)
            {
                // Both reserve their columns when they are made.
                var copies = new SideRows();
                var (copyOfOrders, copyOfReach) = (new Orders(sums, cells, copies, 10_000), new Reach(cells, copies));
                Made.HandOver(sides.Save, copies.Restore);
                Made.HandOver(orders.Save, copyOfOrders.Restore);
                Made.HandOver(reach.Save, copyOfReach.Restore);
                (sides, orders, reach) = (copies, copyOfOrders, copyOfReach);
            }
        }

        Assert.False(orders.Capped);
        Assert.Equal(FirstTimes(all, EventType.Order), (reach.TimeToOrder.Figures.Count, (long)reach.TimeToOrder.Figures.Mean.Numerator));
        Assert.Equal(FirstTimes(all, EventType.Payment), (reach.TimeToPay.Figures.Count, (long)reach.TimeToPay.Figures.Mean.Numerator));
    }

    private static void Check(List<(RoomEvent Event, EventDetail Detail)> window, long[] values)
    {
        var paid = window.FindAll(x => x.Event.Type == EventType.Payment);
        Assert.Equal(paid.Sum(x => (long)x.Event.Count), values[Column.Units]);
        Assert.Equal(paid.Aggregate((Int128)0, (sum, x) => sum + x.Detail.Value), Column.Wide(values, Column.GmvLow));
        Assert.Equal(
            window.Where(x => x.Event.Type == EventType.Refund).Aggregate((Int128)0, (sum, x) => sum + x.Detail.Value),
            Column.Wide(values, Column.RefundedLow));
        Assert.Equal(Pairs(window, EventType.Order).Count(), values[Column.Orders]);
        Assert.Equal(Pairs(window, EventType.Payment).Count(), values[Column.PaidOrders]);
        for (var step = 0; step < Steps.Length; step++)
        {
            var users = window.Where(x => x.Event.Type == Steps[step]).Select(x => x.Event.Viewer).Distinct();
            Assert.Equal(users.Count(), values[Column.Reach + step]);
        }
    }

    private static Ratio Repurchase(List<(RoomEvent Event, EventDetail Detail)> all)
    {
        var buyers = Pairs(all, EventType.Payment).GroupBy(pair => pair.Viewer).ToList();
        return new Ratio(buyers.Count(orders => orders.Count() >= 2), buyers.Count);
    }

    private static IEnumerable<(ulong Viewer, ulong Order)> Pairs(List<(RoomEvent Event, EventDetail Detail)> events, EventType type) =>
        events.Where(x => x.Event.Type == type).Select(x => (x.Event.Viewer, x.Detail.Order)).Distinct();

    private static (long Count, long Sum) FirstTimes(List<(RoomEvent Event, EventDetail Detail)> all, EventType type)
    {
        var first = all.Where(x => x.Event.Type == type).GroupBy(x => x.Event.Viewer).Select(g => g.First().Event.TimeMs).ToList();
        return (first.Count, first.Sum());
    }
}
