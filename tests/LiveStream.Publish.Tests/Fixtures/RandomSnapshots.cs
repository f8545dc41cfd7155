using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;

namespace LiveStream.Publish.Tests.Fixtures;

/// <summary>Snapshots, live figures and points with random but possible values; the same seed gives the same values.</summary>
public sealed class RandomSnapshots(int seed)
{
    private static readonly string[] Words =
        ["p1", "真丝衬衫", "tab\there", "quote\"d", "back\\slash", "<b>&'", "line\nend", "\u0001\u001f", "é", "", "夜场", "{r}%"];

    private readonly Random random = new(seed);

    /// <summary>Whether some sums of money are beyond 64 bits.</summary>
    public bool HugeSums { get; init; } = true;

    /// <summary>A snapshot with 1m, 5m, 10m and session, and up to ten hot products in each.</summary>
    public SessionSnapshot Snapshot()
    {
        var start = random.NextInt64(1_700_000_000_000);
        var snapshot = new SessionSnapshot
        {
            Room = Text(),
            RoomName = random.Next(4) == 0 ? null : Text(),
            Session = Text(),
            Ended = random.Next(2) == 0,
            StartMs = start,
            AsOfMs = (start / 1000 * 1000) + random.Next(36_000_000),
            Settled = random.Next(4) != 0,
            Capped = random.Next(4) == 0,
            Applied = random.NextInt64(10_000_000),
            Currency = "CNY",
            MinorDigits = random.Next(7),
            Online = new OnlineFigures(Count(), Count(), start, AnyRatio(1)),
            Windows = [Window("1m"), Window("5m"), Window("10m"), Window("session")],
        };
        for (var i = 0; i < random.Next(1, 7); i++)
        {
            snapshot.Segments.Add(new SegmentFigures(i, Count(), AnyRatio(), random.Next(2) == 0));
        }

        int[] minutes = [1, 3, 5, 10, 30];
        for (var i = 0; i < minutes.Length; i++)
        {
            snapshot.Survival[i] = new SurvivalFigures(minutes[i], AnyRatio());
        }

        Fill(snapshot.Whole);
        for (var i = 0; i < random.Next(6); i++)
        {
            snapshot.Explains.Add(new ExplainFigures(Text(), Count(), Count(), Count(), Count(), Money()));
            snapshot.Stock.Add(new StockFigures(Text(), Count() - 1000, random.Next(2) == 0 ? null : Count()));
            snapshot.Names.Add(new ProductName(Encoding.UTF8.GetBytes($"n{i}"), Text()));
        }

        return snapshot;
    }

    /// <summary>Live figures of a room.</summary>
    public LiveFigures Live(byte[] room)
    {
        var at = random.NextInt64(1_700_000_000_000);
        var live = new LiveFigures
        {
            Room = room,
            Session = Text(),
            AtMs = at,
            WatermarkMs = at - 2000,
            GmvMinor = Money(),
            Orders = Count(),
            Payments = Count(),
            Online = Count(),
            PerSecond = Count(),
            OffsetSum = Count(),
        };
        for (var type = 0; type < live.Events.Length; type++)
        {
            live.Events[type] = random.Next(2) * Count();
        }

        return live;
    }

    /// <summary>Points <paramref name="stepMs"/> apart.</summary>
    public SeriesPoint[] Points(int count, long fromMs, long stepMs)
    {
        var points = new SeriesPoint[count];
        for (var i = 0; i < count; i++)
        {
            points[i] = new SeriesPoint
            {
                TimeMs = fromMs + (i * stepMs),
                Online = Count(),
                Entries = Count(),
                Leaves = Count(),
                Likes = Count(),
                Barrages = Count(),
                Clicks = Count(),
                Carts = Count(),
                PaidOrders = Count(),
                GmvMinor = Money(),
            };
        }

        return points;
    }

    private WindowFigures Window(string name)
    {
        var window = new WindowFigures(
            name,
            ("shopping", [EventType.Click, EventType.Cart, EventType.Payment]),
            ("全程", [EventType.Enter, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment]))
        {
            Viewers = Count(),
            Entries = Count(),
            Leaves = Count(),
            InteractingViewers = Count(),
            Gifters = Count(),
            Retention = name == "session" ? null : AnyRatio(),
        };
        Fill(window.Events, () => random.Next(2) * Count());
        Fill(window.Reach, () => random.Next(5) == 0 ? 0 : Count());
        foreach (var funnel in window.Funnels)
        {
            Fill(funnel.Users, () => random.Next(3) == 0 ? 0 : Count());
        }

        Fill(window.Trade);
        for (var i = 0; i < random.Next(11); i++)
        {
            window.HotProducts.Add(new HotProduct(Text(), random.Next(11), 1 + Count(), new ProductCounts
            {
                GmvMinor = Money(),
                Units = Count(),
                Impressions = (uint)Count(),
                Clicks = (uint)Count(),
                Carts = (uint)Count(),
                Orders = (uint)Count(),
                Payments = (uint)Count(),
            }));
        }

        return window;
    }

    private static void Fill(Span<long> values, Func<long> next)
    {
        foreach (ref var value in values)
        {
            value = next();
        }
    }

    private void Fill(TradeFigures trade)
    {
        trade.Orders = Count();
        trade.PaidOrders = random.Next(3) * Count();
        trade.Payments = Count();
        trade.Units = Count();
        trade.GmvMinor = Money();
        trade.Refunds = Count();
        trade.RefundedMinor = Money();
        trade.Buyers = random.Next(3) * Count();
    }

    private void Fill(SessionFigures whole)
    {
        whole.AverageStayMs = AnyRatio();
        whole.Returning = AnyRatio();
        whole.NewViewerShare = AnyRatio();
        whole.NewBuyerShare = AnyRatio();
        whole.Repurchase = AnyRatio();
        whole.SoldShare = AnyRatio();
        for (var i = 0; i < random.Next(4); i++)
        {
            whole.Channels.Add(new ChannelFigures(Encoding.UTF8.GetBytes($"channel\"{i}"), Count()));
        }

        whole.TimeToOrder = new DelayFigures(random.Next(2), new Ratio(Count(), 3), Count(), Count());
        whole.TimeToPay = new DelayFigures(random.Next(2), new Ratio(Count(), 7), Count(), Count());
    }

    private Ratio AnyRatio(long leastDenominator = 0) => new(Money(), Math.Max(leastDenominator, random.Next(3) * Count()));

    private long Count() => random.Next(3) == 0 ? random.Next(10) : random.NextInt64(1_000_000);

    private Int128 Money() => random.Next(20) == 0 && HugeSums
        ? new Int128((ulong)random.NextInt64(1 << 20), (ulong)random.NextInt64())
        : random.NextInt64(1_000_000_000);

    private byte[] Text() => Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)] + Words[random.Next(Words.Length)] + "x");
}
