using System.Globalization;
using System.Text;
using System.Text.Json;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>The shapes of the keys, on a real server.</summary>
public sealed class RedisKeysTests : IAsyncLifetime
{
    private RedisServer server = null!;
    private PublisherBench bench = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        server = await RedisServer.StartAsync();
        bench = new PublisherBench(server.Configuration);
    }

    public async ValueTask DisposeAsync()
    {
        if (bench is not null)
        {
            await bench.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_key_of_a_room_has_its_type_its_content_and_its_expiry()
    {
        var database = await bench.ReadAsync();
        var versions = new List<string>();
        await database.Multiplexer.GetSubscriber().SubscribeAsync("live:{r1}", (_, version) => versions.Add(version!));
        var snapshot = PublisherBench.Snapshot("r1", 60_000);
        var points = new RandomSnapshots(5).Points(6, 10_000, 10_000);
        bench.Put(snapshot, fine: points);
        await bench.UntilAsync(() => database.KeyExistsAsync("live:rooms"), 5, "live:rooms");
        await bench.UntilAsync(() => database.KeyExistsAsync("live:{r1}:now"), 5, "now");

        var json = (byte[])(await database.StringGetAsync("live:{r1}:snapshot"))!;
        Assert.True(bench.Board.TryGet("r1", out var view));
        Assert.Equal(view.SnapshotJson.ToArray(), json);
        using var parsed = JsonDocument.Parse(json);
        Assert.True(parsed.RootElement.TryGetProperty("live", out var live));
        Assert.True(live.GetProperty("publishedAt").GetInt64() > 0);

        await AssertScreenAsync(database, snapshot);
        foreach (var window in snapshot.Windows)
        {
            var rows = await database.SortedSetRangeByRankWithScoresAsync($"live:{{r1}}:hot:{window.Name}");
            var expected = window.HotProducts.GroupBy(row => Encoding.UTF8.GetString(row.Product)).ToDictionary(rows => rows.Key, rows => (double)rows.Last().Score);
            Assert.Equal(expected.OrderBy(row => row.Key, StringComparer.Ordinal), rows.ToDictionary(row => (string)row.Element!, row => row.Score).OrderBy(row => row.Key, StringComparer.Ordinal));
        }

        var series = await database.ListRangeAsync("live:{r1}:series");
        Assert.Equal(6, series.Length);
        Assert.Equal(10_000, JsonDocument.Parse((string)series[0]!).RootElement.GetProperty("t").GetInt64());
        Assert.Equal($"[{string.Join(',', series)}]", Encoding.UTF8.GetString(view.SeriesJson.Span));
        Assert.Equal(snapshot.Online.Now, await database.SortedSetScoreAsync("live:rooms", "r1"));
        Assert.Equal(["live:rooms", .. RoomKeys(snapshot)], Keys(database));
        foreach (var key in Keys(database))
        {
            var left = await database.KeyTimeToLiveAsync(key);
            Assert.InRange(left!.Value.TotalHours, 23.9, 24);
        }

        await bench.UntilAsync(() => versions.Contains("60000"), 5, "version on the channel");
    }

    [Theory]
    [InlineData("{a}", "%7Ba%7D")]
    [InlineData("100%", "100%25")]
    [InlineData("夜 场:\"\n*", "夜 场:\"\n*")]
    [InlineData("}{%7B", "%7D%7B%257B")]
    public async Task Room_ids_stay_in_their_braces(string room, string encoded)
    {
        var database = await bench.ReadAsync();
        bench.Put(PublisherBench.Snapshot(room, 1000));
        await bench.UntilAsync(() => database.KeyExistsAsync($"live:{{{encoded}}}:snapshot"), 5, "snapshot");
        var json = (byte[])(await database.StringGetAsync($"live:{{{encoded}}}:snapshot"))!;
        Assert.Equal(room, JsonDocument.Parse(json).RootElement.GetProperty("room").GetString());
        await bench.UntilAsync(async () => (await database.SortedSetScoreAsync("live:rooms", encoded)).HasValue, 5, "live:rooms");
        Assert.True(bench.Board.TryGet(room, out _));
    }

    [Fact]
    public async Task A_series_grows_at_its_end_and_is_rewritten_when_old_points_merge()
    {
        var database = await bench.ReadAsync();
        var fine = new RandomSnapshots(6).Points(400, 3_610_000, 10_000);
        var coarse = new RandomSnapshots(7).Points(60, 60_000, 60_000);
        bench.Put(PublisherBench.Snapshot("r1", 5_000_000), coarse, fine[..100]);
        await bench.UntilAsync(async () => await database.ListLengthAsync("live:{r1}:series") == 160, 5, "whole series");
        bench.Put(PublisherBench.Snapshot("r1", 5_010_000), coarse, fine[..103]);
        await bench.UntilAsync(async () => await database.ListLengthAsync("live:{r1}:series") == 163, 5, "three more");
        await AssertSeriesAsync(database);
        bench.Put(PublisherBench.Snapshot("r1", 5_020_000), [.. coarse, fine[5]], fine[6..110]);
        await bench.UntilAsync(async () => await database.ListLengthAsync("live:{r1}:series") == 165, 5, "merged");
        await AssertSeriesAsync(database);
        bench.Put(PublisherBench.Snapshot("r1", 5_030_000, "s2"), [], fine[..1]);
        await bench.UntilAsync(async () => await database.ListLengthAsync("live:{r1}:series") == 1, 5, "another session");
    }

    [Fact]
    public async Task Products_that_left_the_ranking_leave_the_set()
    {
        var database = await bench.ReadAsync();
        bench.Put(Ranked(1000, ("p1", 5), ("p2", 3)));
        await bench.UntilAsync(async () => await database.SortedSetLengthAsync("live:{r1}:hot:1m") == 2, 5, "two");
        bench.Put(Ranked(2000, ("p2", 4)));
        await bench.UntilAsync(async () => await database.SortedSetScoreAsync("live:{r1}:hot:1m", "p2") == 4, 5, "one");
        Assert.Equal(1, await database.SortedSetLengthAsync("live:{r1}:hot:1m"));
        bench.Put(Ranked(3000));
        await bench.UntilAsync(async () => !await database.KeyExistsAsync("live:{r1}:hot:1m"), 5, "none");
    }

    [Fact]
    public async Task A_room_leaves_the_list_and_the_board_when_its_last_session_is_over()
    {
        var database = await bench.ReadAsync();
        bench.Put(PublisherBench.Snapshot("r1", 1000));
        bench.Put(PublisherBench.Snapshot("r2", 1000));
        await bench.UntilAsync(async () => await database.SortedSetLengthAsync("live:rooms") == 2, 5, "both");
        bench.Put(PublisherBench.Snapshot("r1", 2000));
        bench.Sink.OnSessionOver("r1"u8, "s0"u8, 0, roomEmpty: false);
        bench.Sink.OnSessionOver("r1"u8, "s1"u8, 0, roomEmpty: true);
        Assert.False(bench.Board.TryGet("r1", out _));
        await bench.UntilAsync(async () => await database.SortedSetLengthAsync("live:rooms") == 1, 5, "one left");
        Assert.Equal(["r2"], (await database.SortedSetRangeByRankAsync("live:rooms")).Select(room => (string)room!));
        Assert.Equal("2000", (string?)await database.HashGetAsync("live:{r1}:screen", "asOf"));
        bench.Put(PublisherBench.Snapshot("r1", 9000, "s2"));
        await bench.UntilAsync(async () => await database.SortedSetLengthAsync("live:rooms") == 2, 5, "on air again");
    }

    [Fact]
    public async Task Sessions_that_are_not_shown_stay_out()
    {
        var database = await bench.ReadAsync();
        bench.Put(PublisherBench.Snapshot("r1", 1000), shown: false);
        bench.Put(PublisherBench.Snapshot("r2", 1000));
        await bench.UntilAsync(() => database.KeyExistsAsync("live:{r2}:snapshot"), 5, "the shown one");
        Assert.False(await database.KeyExistsAsync("live:{r1}:snapshot"));
    }

    private static SessionSnapshot Ranked(long asOfMs, params (string Product, long Score)[] rows)
    {
        var snapshot = PublisherBench.Snapshot("r1", asOfMs);
        snapshot.Windows[0].HotProducts.Clear();
        snapshot.Windows[0].HotProducts.AddRange(rows.Select(row => new HotProduct(Encoding.UTF8.GetBytes(row.Product), 0, row.Score, default)));
        return snapshot;
    }

    private static async Task AssertScreenAsync(IDatabase database, SessionSnapshot snapshot)
    {
        var screen = (await database.HashGetAllAsync("live:{r1}:screen")).ToDictionary(field => (string)field.Name!, field => (string)field.Value!);
        string[] expected =
        [
            "version", "asOf", "session", "roomName", "status", "elapsedMs", "online", "peak", "viewers", "entries", "likes", "barrages", "clicks", "carts",
            "orders", "paidOrders", "gmv", "buyers", "interactionRate", "dealRate", "retention10m", "averageStayMs", "arppu",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), screen.Keys.Order(StringComparer.Ordinal));
        var whole = snapshot.SessionWindow;
        Assert.Equal(("60000", "60000", "s1", "夜场", "live"), (screen["version"], screen["asOf"], screen["session"], screen["roomName"], screen["status"]));
        Assert.Equal(whole.Events[(int)EventType.Like].ToString(CultureInfo.InvariantCulture), screen["likes"]);
        Assert.Equal(whole.Trade.GmvMinor.ToString(CultureInfo.InvariantCulture), screen["gmv"]);
        var rate = whole.InteractionRate.Value;
        Assert.Equal(rate is null ? "" : Math.Floor((rate.Value * 10_000) + 0.5).ToString(CultureInfo.InvariantCulture), screen["interactionRate"]);
    }

    private static async Task AssertSeriesAsync(IDatabase database)
    {
        var times = (await database.ListRangeAsync("live:{r1}:series")).Select(point => JsonDocument.Parse((string)point!).RootElement.GetProperty("t").GetInt64()).ToArray();
        Assert.Equal(times.Order().Distinct(), times);
    }

    private static IEnumerable<string> RoomKeys(SessionSnapshot snapshot) =>
        new[] { "fence", "now", "screen", "series", "snapshot" }
            .Concat(snapshot.Windows.Where(window => window.HotProducts.Count > 0).Select(window => $"hot:{window.Name}"))
            .Select(key => $"live:{{r1}}:{key}")
            .Order(StringComparer.Ordinal);

    private static string[] Keys(IDatabase database)
    {
        var endPoint = database.Multiplexer.GetEndPoints()[0];
        var keys = database.Multiplexer.GetServer(endPoint).Keys(database.Database).Select(key => (string)key!).ToArray();
        return [.. keys.Where(key => key == "live:rooms"), .. keys.Where(key => key != "live:rooms").Order(StringComparer.Ordinal)];
    }
}
