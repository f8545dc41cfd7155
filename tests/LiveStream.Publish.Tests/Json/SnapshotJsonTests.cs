using System.Buffers;
using System.Text;
using System.Text.Json;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Json;

public sealed class SnapshotJsonTests
{
    [Fact]
    public void The_sample_of_the_contract_reads_as_it_stands_there()
    {
        var live = Encoding.UTF8.GetBytes("""{"publishedAt":61800}""");
        Assert.Equal(
            """
            {"schema":"livestream.snapshot/1","room":"r1","roomName":"新品夜场","session":"s1","status":"live","start":0,"elapsedMs":60000,
            "asOf":60000,"settled":true,"applied":68,"currency":"CNY","minorDigits":2,
            "online":{"now":12,"peak":20,"peakAt":41000,"average":15.2},
            "windows":{"1m":{"viewers":10,"entries":3,"leaves":2,"events":{"like":30,"payment":1},
            "interactingViewers":4,"interactionRate":{"num":4,"den":10,"value":0.4},"gifters":0,
            "retention":{"num":3,"den":4,"value":0.75},
            "reach":[{"step":"impression","users":8,"ofPrevious":{"num":8,"den":10,"value":0.8},"ofViewers":{"num":8,"den":10,"value":0.8}},
            {"step":"click","users":5,"ofPrevious":{"num":5,"den":8,"value":0.625},"ofViewers":{"num":5,"den":10,"value":0.5}},
            {"step":"cart","users":0,"ofPrevious":{"num":0,"den":5,"value":0},"ofViewers":{"num":0,"den":10,"value":0}},
            {"step":"order","users":0,"ofPrevious":{"num":0,"den":0,"value":null},"ofViewers":{"num":0,"den":10,"value":0}},
            {"step":"payment","users":1,"ofPrevious":{"num":1,"den":0,"value":null},"ofViewers":{"num":1,"den":10,"value":0.1}}],
            "funnels":{"shopping":[{"step":"click","users":5,"ofPrevious":null,"ofFirst":null},
            {"step":"cart","users":2,"ofPrevious":{"num":2,"den":5,"value":0.4},"ofFirst":{"num":2,"den":5,"value":0.4}}]},
            "trade":{"orders":1,"paidOrders":1,"payments":1,"units":2,"gmv":9900,"refunds":0,"refunded":0,"netGmv":9900,"buyers":1,
            "averageOrderValue":{"num":9900,"den":1,"value":9900},"arppu":{"num":9900,"den":1,"value":9900},
            "uvValue":{"num":9900,"den":10,"value":990},"gpm":{"num":9900000,"den":3,"value":3300000},
            "clickPayRate":{"num":1,"den":5,"value":0.2},"payRate":{"num":1,"den":0,"value":null},"dealRate":{"num":1,"den":10,"value":0.1},
            "refundRate":{"num":0,"den":9900,"value":0}},
            "hotProducts":[{"product":"p1","rank":1,"previousRank":null,"score":12,"impressions":0,"clicks":4,"carts":0,"orders":0,"payments":1,"units":2,"gmv":9900}]}},
            "retention":{"segments":[{"index":0,"viewers":9,"retained":{"num":3,"den":9,"value":0.3333333333333333},"open":true}],
            "survival":[{"minutes":1,"retained":{"num":3,"den":4,"value":0.75}},{"minutes":3,"retained":{"num":0,"den":0,"value":null}},
            {"minutes":5,"retained":{"num":0,"den":0,"value":null}},{"minutes":10,"retained":{"num":0,"den":0,"value":null}},
            {"minutes":30,"retained":{"num":0,"den":0,"value":null}}]},
            "sessionMetrics":{"averageStayMs":{"num":90000,"den":10,"value":9000},"returning":{"num":0,"den":10,"value":0},
            "newViewerShare":{"num":0,"den":0,"value":null},"newBuyerShare":{"num":0,"den":0,"value":null},
            "repurchase":{"num":0,"den":1,"value":0},"soldShare":{"num":1,"den":1,"value":1},
            "channels":{"feed":7,"unknown":3},"timeToOrder":{"count":1,"meanMs":1,"p50Ms":1,"p90Ms":1},
            "timeToPay":{"count":0,"meanMs":null,"p50Ms":null,"p90Ms":null}},
            "products":{"explains":[{"product":"p1","times":2,"totalMs":90000,"clicks":4,"payments":1,"gmv":9900}],
            "stock":[{"product":"p1","left":98,"sellOutEtaMs":14700000},{"product":"p2","left":3,"sellOutEtaMs":null}]},
            "names":{"p1":"真丝衬衫"},
            "live":{"publishedAt":61800}}
            """.ReplaceLineEndings(""),
            Text(Sample(), live));
    }

    [Fact]
    public void Absent_parts_are_left_out_and_capped_stands_after_settled()
    {
        var snapshot = Sample();
        snapshot.RoomName = null;
        snapshot.Capped = true;
        snapshot.Ended = true;
        snapshot.Settled = false;
        var text = Text(snapshot, default);
        Assert.StartsWith(
            """{"schema":"livestream.snapshot/1","room":"r1","session":"s1","status":"ended","start":0,"elapsedMs":60000,"asOf":60000,"settled":false,"capped":true,"applied":68,""",
            text);
        Assert.EndsWith(""","names":{"p1":"真丝衬衫"}}""", text);
    }

    [Fact]
    public void Random_snapshots_read_as_a_plain_writer_writes_them()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var snapshot = new RandomSnapshots(seed).Snapshot();
            var text = Text(snapshot, default);
            Assert.Equal(PlainSnapshotJson.Text(snapshot), text);
            using var parsed = JsonDocument.Parse(text);
            Assert.Equal(snapshot.Windows.Length, parsed.RootElement.GetProperty("windows").EnumerateObject().Count());
        }
    }

    [Fact]
    public void Live_numbers_read_as_in_the_contract()
    {
        var live = new LiveFigures { AtMs = 61740, WatermarkMs = 61500, GmvMinor = 9900, Orders = 1, Payments = 1, Online = 12, PerSecond = 14 };
        live.Events[(int)EventType.Like] = 31;
        var counters = new CounterTotals(Read: 70, Applied: 68, Late: 1, LateIdle: 0, Moved: 0, Duplicate: 0, Rejected: 1, Pending: 0);
        var output = new ArrayBufferWriter<byte>();
        LiveJson.Write(output, live, counters, publishedAtMs: 61800);
        Assert.Equal(
            """
            {"publishedAt":61800,"at":61740,"watermark":61500,"lagMs":300,"events":{"like":31},"gmv":9900,"orders":1,"payments":1,"online":12,"perSecond":14,
            "counters":{"read":70,"applied":68,"late":1,"moved":0,"duplicate":0,"rejected":1,"lateIdle":0,"pending":0}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void A_series_is_an_array_of_points_oldest_first()
    {
        var output = new ArrayBufferWriter<byte>();
        SeriesPoint[] coarse = [new() { TimeMs = 60000, Online = 5, Entries = 1, GmvMinor = 7 }];
        SeriesPoint[] fine = [new() { TimeMs = 70000, Leaves = 2, Likes = 3, Barrages = 4, Clicks = 5, Carts = 6, PaidOrders = 8 }];
        SeriesJson.Write(output, new SeriesView(coarse, fine));
        Assert.Equal(
            """
            [{"t":60000,"online":5,"entries":1,"leaves":0,"likes":0,"barrages":0,"clicks":0,"carts":0,"paidOrders":0,"gmv":7},
            {"t":70000,"online":0,"entries":0,"leaves":2,"likes":3,"barrages":4,"clicks":5,"carts":6,"paidOrders":8,"gmv":0}]
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(output.WrittenSpan));
        output.ResetWrittenCount();
        SeriesJson.Write(output, default);
        Assert.Equal("[]", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Writing_into_a_buffer_that_is_large_enough_allocates_nothing()
    {
        // The nearest double of a quotient beyond 53 bits is found with big integers.
        var snapshot = new RandomSnapshots(3) { HugeSums = false }.Snapshot();
        var live = new RandomSnapshots(4) { HugeSums = false }.Live(snapshot.Room);
        var output = new ArrayBufferWriter<byte>(1 << 17);
        for (var i = 0; i < 200; i++)
        {
            output.ResetWrittenCount();
            SnapshotJson.Write(output, snapshot, default);
            LiveJson.Write(output, live, default, 0);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            output.ResetWrittenCount();
            SnapshotJson.Write(output, snapshot, default);
            LiveJson.Write(output, live, default, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static SessionSnapshot Sample()
    {
        var window = new WindowFigures("1m", ("shopping", [EventType.Click, EventType.Cart]))
        {
            Viewers = 10,
            Entries = 3,
            Leaves = 2,
            InteractingViewers = 4,
            Retention = new Ratio(3, 4),
        };
        ((ReadOnlySpan<long>)[5, 2]).CopyTo(window.Funnels[0].Users);
        window.Events.AsSpan()[(int)EventType.Like] = 30;
        window.Reach.AsSpan()[0] = 8;
        window.Reach.AsSpan()[1] = 5;
        window.Trade.Orders = window.Trade.PaidOrders = window.Trade.Payments = window.Trade.Buyers = 1;
        window.Trade.Units = 2;
        window.Trade.GmvMinor = 9900;
        window.HotProducts.Add(new HotProduct("p1"u8.ToArray(), 0, 12, new ProductCounts { Clicks = 4, Payments = 1, Units = 2, GmvMinor = 9900 }));
        var snapshot = new SessionSnapshot
        {
            Room = "r1"u8.ToArray(),
            RoomName = "新品夜场"u8.ToArray(),
            Session = "s1"u8.ToArray(),
            AsOfMs = 60000,
            Applied = 68,
            Currency = "CNY",
            MinorDigits = 2,
            Online = new OnlineFigures(12, 20, 41000, new Ratio(912, 60)),
            Windows = [window],
        };
        snapshot.Segments.Add(new SegmentFigures(0, 9, new Ratio(3, 9), true));
        int[] minutes = [1, 3, 5, 10, 30];
        for (var i = 0; i < minutes.Length; i++)
        {
            snapshot.Survival[i] = new SurvivalFigures(minutes[i], i == 0 ? new Ratio(3, 4) : default);
        }

        snapshot.Whole.AverageStayMs = new Ratio(90000, 10);
        snapshot.Whole.Returning = new Ratio(0, 10);
        snapshot.Whole.Repurchase = new Ratio(0, 1);
        snapshot.Whole.SoldShare = new Ratio(1, 1);
        snapshot.Whole.Channels.Add(new ChannelFigures("feed"u8.ToArray(), 7));
        snapshot.Whole.Channels.Add(new ChannelFigures("unknown"u8.ToArray(), 3));
        snapshot.Whole.TimeToOrder = new DelayFigures(1, new Ratio(1, 1), 1, 1);
        snapshot.Explains.Add(new ExplainFigures("p1"u8.ToArray(), 2, 90000, 4, 1, 9900));
        snapshot.Stock.Add(new StockFigures("p1"u8.ToArray(), 98, 14700000));
        snapshot.Stock.Add(new StockFigures("p2"u8.ToArray(), 3, null));
        snapshot.Names.Add(new ProductName("p1"u8.ToArray(), "真丝衬衫"u8.ToArray()));
        return snapshot;
    }

    private static string Text(SessionSnapshot snapshot, ReadOnlySpan<byte> live)
    {
        var output = new ArrayBufferWriter<byte>(1);
        SnapshotJson.Write(output, snapshot, live);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
