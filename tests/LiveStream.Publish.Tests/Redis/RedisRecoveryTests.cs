using System.Text;
using System.Text.Json;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Redis;
using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>What happens when Redis is flushed, killed, frozen or not there.</summary>
public sealed class RedisRecoveryTests : IAsyncLifetime
{
    private const int Rooms = 200;

    private RedisServer server = null!;
    private PublisherBench bench = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        server = await RedisServer.StartAsync();
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
    public async Task After_a_flush_every_quiet_room_is_back_within_two_seconds()
    {
        bench = new PublisherBench(server.Configuration);
        var database = await bench.ReadAsync();
        PutAll(10_000);
        await bench.UntilAsync(() => AllThereAsync(database, 10_000), 10, "all rooms");
        for (var flush = 0; flush < 3; flush++)
        {
            await server.CommandAsync("FLUSHALL");
            await server.CommandAsync("SCRIPT", "FLUSH");
            var took = await bench.UntilAsync(() => AllThereAsync(database, 10_000), 5, "all rooms again");
            Assert.InRange(took.TotalSeconds, 0, 2);
        }

        Assert.Equal(0, bench.Publisher.Meter.Reconnections);
    }

    [Fact]
    public async Task After_a_restart_every_room_is_back_within_two_seconds()
    {
        bench = new PublisherBench(server.Configuration);
        PutAll(10_000);
        var database = await bench.ReadAsync();
        await bench.UntilAsync(() => AllThereAsync(database, 10_000), 10, "all rooms");
        await server.KillAsync();
        await bench.UntilAsync(() => bench.Log.Count("is lost") == 1, 5, "noticed");
        for (var t = 11_000; t <= 20_000; t += 1000)
        {
            PutAll(t);
        }

        await bench.UntilAsync(() => bench.Publisher.Meter.PendingRooms == Rooms, 5, "all wait");
        await server.StartAgainAsync();
        database = await bench.ReadAgainAsync();
        var took = await bench.UntilAsync(() => AllThereAsync(database, 20_000), 5, "the newest of all rooms");
        Assert.InRange(took.TotalSeconds, 0, 2);
        Assert.Equal(1, bench.Log.Count("is back"));
        Assert.Equal(1, bench.Log.Count("is lost"));
        Assert.Equal(1, bench.Publisher.Meter.Reconnections);
    }

    [Fact]
    public async Task A_frozen_server_stops_nobody_and_costs_one_snapshot_a_room()
    {
        bench = new PublisherBench(server.Configuration);
        PutAll(10_000);
        var database = await bench.ReadAsync();
        await bench.UntilAsync(() => AllThereAsync(database, 10_000), 10, "all rooms");
        await server.FreezeAsync();
        var t = 10_000;
        await bench.UntilAsync(
            () =>
            {
                PutAll(t += 1000);
                return bench.Log.Count("is lost") == 1 && t > 60_000 && bench.Publisher.Meter.PendingRooms == Rooms;
            },
            20,
            "noticed, and all wait");
        var oneOfEach = Enumerable.Range(0, Rooms).Sum(room => bench.Board.TryGet($"r{room}", out var view) ? view.SnapshotJson.Length : 0);
        await bench.UntilAsync(() => bench.Publisher.Meter.PendingBytes <= (oneOfEach * 2) + (Rooms * 4096), 5, "one of each");
        Assert.True(bench.Publisher.Meter.Replaced > Rooms);
        await server.ThawAsync();
        var took = await bench.UntilAsync(() => AllThereAsync(database, t), 6, "the newest of all rooms");
        Assert.InRange(took.TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task A_missing_server_is_said_once_and_found_when_it_comes()
    {
        await using var late = RedisServer.Reserve();
        bench = new PublisherBench(late.Configuration);
        PutAll(10_000);
        await bench.UntilAsync(() => bench.Log.Count("does not answer") == 1, 10, "said");
        Assert.Contains($"Redis at 127.0.0.1:{late.Port} does not answer", bench.Log.All[0]);
        Assert.False(bench.Publisher.IsConnected);
        Assert.True(bench.Board.TryGet("r0", out _));
        await late.StartAgainAsync();
        var database = await bench.ReadAsync();
        await bench.UntilAsync(() => AllThereAsync(database, 10_000), 5, "all rooms");
        Assert.Equal(1, bench.Log.Count("does not answer"));
        Assert.True(bench.Publisher.IsConnected);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_said_and_nothing_else_suffers()
    {
        bench = new PublisherBench("no-such-host.invalid:6379");
        PutAll(10_000);
        await bench.UntilAsync(() => bench.Log.Count("Redis at no-such-host.invalid:6379 does not answer") == 1, 20, "said");
        Assert.False(bench.Publisher.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_wrong_password_is_said_without_showing_it()
    {
        await server.CommandAsync("CONFIG", "SET", "requirepass", "right");
        bench = new PublisherBench(server.Configuration + ",password=wrong-secret");
        PutAll(10_000);
        await bench.UntilAsync(() => bench.Log.Count("it does not accept the user or password") == 1, 20, "said");
        Assert.DoesNotContain("wrong-secret", string.Join('\n', bench.Log.All));
        Assert.False(bench.Publisher.Completion.IsCompleted);
        Assert.Equal(0, bench.Publisher.Meter.Written);
    }

    [Fact]
    public async Task A_server_that_refuses_writes_is_said_once_and_written_when_it_takes_them()
    {
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        bench = new PublisherBench(server.Configuration);
        var database = await bench.ReadAsync();
        PutAll(10_000);
        await bench.UntilAsync(() => bench.Publisher.Meter.Failed > 2 * Rooms, 10, "refused twice");
        Assert.Equal(1, bench.Log.Count("Redis refuses writes"));
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        await bench.UntilAsync(() => AllThereAsync(database, 10_000), 5, "all rooms");
    }

    [Fact]
    public async Task Live_numbers_are_stamped_anew_while_nothing_happens()
    {
        bench = new PublisherBench(server.Configuration);
        var database = await bench.ReadAsync();
        bench.Put(PublisherBench.Snapshot("r1", 10_000));
        await bench.UntilAsync(() => database.KeyExistsAsync("live:{r1}:now"), 5, "now");
        var stamps = new SortedSet<long>();
        await bench.UntilAsync(
            async () =>
            {
                stamps.Add(JsonDocument.Parse((string)(await database.StringGetAsync("live:{r1}:now"))!).RootElement.GetProperty("publishedAt").GetInt64());
                return stamps.Count == 4;
            },
            10,
            "four stamps");
        Assert.All(stamps.Zip(stamps.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 800, 1500));
    }

    [Fact]
    public async Task Live_numbers_are_there_within_50_ms_of_their_arrival()
    {
        bench = new PublisherBench(server.Configuration);
        var database = await bench.ReadAsync();
        var figures = new RandomSnapshots(1).Live("r1"u8.ToArray());
        var took = new List<double>();
        for (var i = 0; i < 100; i++)
        {
            figures.OffsetSum = figures.Online = 1_000_000 + i;
            figures.AtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            bench.PutLive(figures);
            var mark = $"\"online\":{figures.Online},";
            took.Add((await bench.UntilAsync(
                async () => ((string?)await database.StringGetAsync("live:{r1}:now"))?.Contains(mark, StringComparison.Ordinal) == true, 5, mark)).TotalMilliseconds);
        }

        Assert.InRange(took.Order().ElementAt(50), 0, 50);
    }

    [Fact]
    public async Task A_room_whose_keys_are_spoilt_holds_up_no_other()
    {
        bench = new PublisherBench(server.Configuration);
        var database = await bench.ReadAsync();
        await bench.UntilAsync(() => bench.Publisher.IsConnected, 5, "a connection");
        await database.StringSetAsync("live:{r0}:fence", "no hash");
        foreach (var figures in Enumerable.Range(0, Rooms).Select(i => new RandomSnapshots(i).Live(Encoding.UTF8.GetBytes($"r{i}"))))
        {
            bench.PutLive(figures);
        }

        await bench.UntilAsync(
            async () => (await Task.WhenAll(Enumerable.Range(1, Rooms - 1).Select(i => database.KeyExistsAsync($"live:{{r{i}}}:now")))).All(static there => there),
            5, "all others");
        Assert.False(await database.KeyExistsAsync("live:{r0}:now"));
        Assert.InRange(bench.Publisher.Meter.Failed, 1, long.MaxValue);
        Assert.InRange(bench.Log.Count("Redis refuses writes"), 1, 1);
    }

    /// <summary>Of one call, without waiting for another attempt.</summary>
    [Fact]
    public async Task A_call_that_is_refused_for_one_room_is_made_for_each_of_the_others()
    {
        bench = new PublisherBench(server.Configuration);
        var database = await bench.ReadAsync();
        await using var publisher = new RedisPublisher(
            new RedisOptions { Configuration = server.Configuration }, new RoomBoard(), () => default, static _ => 1, TimeProvider.System, bench.Log);
        var sink = publisher.CreateSink();
        for (var i = 0; i < RoomWriter.LiveRoomsPerCall; i++)
        {
            sink.OnLive(new RandomSnapshots(i).Live(Encoding.UTF8.GetBytes($"r{i}")), new SessionOutput(0, true, default));
        }

        RoomMailbox[] rooms = [.. publisher.Mailboxes];
        Assert.Equal(RoomWriter.LiveRoomsPerCall, rooms.Length);
        await database.StringSetAsync(rooms[0].Keys.Fence, "no hash");
        await publisher.Writer.WriteLiveAsync(new RedisLink((ConnectionMultiplexer)database.Multiplexer, database), rooms);
        var there = await Task.WhenAll(rooms.Select(room => database.KeyExistsAsync(room.Keys.Now)));
        Assert.Equal([false, .. Enumerable.Repeat(true, rooms.Length - 1)], there);
    }

    // What is read from far back is not live, and a core that catches up has better to do.
    [Fact]
    public async Task Live_numbers_of_a_room_that_is_caught_up_on_go_out_five_times_a_second()
    {
        bench = new PublisherBench(server.Configuration);
        var figures = new RandomSnapshots(1).Live("r1"u8.ToArray());
        figures.AtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        var puts = 0;
        await bench.UntilAsync(() => bench.Publisher.IsConnected, 5, "a connection");
        var took = await bench.UntilAsync(
            () =>
            {
                figures.OffsetSum = 1_000_000 + puts++;
                bench.PutLive(figures);
                return bench.Publisher.Meter.LiveWritten >= 5;
            },
            10, "five live writes");
        Assert.InRange(took.TotalMilliseconds, 3 * LivePace.MostMs, 10_000);
        Assert.InRange(puts, 10, int.MaxValue);
    }

    [Fact]
    public async Task The_last_version_is_written_however_seldom_a_room_may_be()
    {
        bench = new PublisherBench(server.Configuration, adjust: options => options with { PublishEveryMs = 400 });
        var database = await bench.ReadAsync();
        for (var t = 1000; t <= 20_000; t += 1000)
        {
            bench.Put(PublisherBench.Snapshot("r1", t));
        }

        await bench.UntilAsync(async () => await database.HashGetAsync("live:{r1}:screen", "asOf") == "20000", 5, "the last one");
        await bench.UntilAsync(() => bench.Publisher.Meter.Written + bench.Publisher.Meter.Replaced == 20, 5, "written or replaced");
        Assert.InRange(bench.Publisher.Meter.Written, 1, 2);
    }

    [Fact]
    public async Task Stopping_writes_what_waits()
    {
        bench = new PublisherBench(server.Configuration, adjust: options => options with { PublishEveryMs = 60_000 });
        var database = await bench.ReadAsync();
        PutAll(1000);
        PutAll(2000);
        await bench.Publisher.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token);
        Assert.Equal("2000", (string?)await database.HashGetAsync($"live:{{r{Rooms - 1}}}:screen", "asOf"));
    }

    [Fact]
    public async Task Rooms_beyond_the_cap_are_refused_and_counted()
    {
        bench = new PublisherBench(server.Configuration, adjust: options => options with { MaxRooms = 3 });
        PutAll(1000);
        Assert.Equal(Rooms - 3, bench.Publisher.Meter.RefusedRooms);
        await bench.UntilAsync(() => bench.Publisher.Meter.Written == 3, 5, "three");
    }

    private void PutAll(long asOfMs)
    {
        var points = new RandomSnapshots(1).Points(3, 10_000, 10_000);
        for (var room = 0; room < Rooms; room++)
        {
            bench.Put(PublisherBench.Snapshot($"r{room}", asOfMs, seed: room % 7), fine: points);
        }
    }

    private static async Task<bool> AllThereAsync(IDatabase database, long asOfMs)
    {
        try
        {
            var asOf = await Task.WhenAll(Enumerable.Range(0, Rooms).Select(room => database.HashGetAsync($"live:{{r{room}}}:screen", "asOf")));
            var keys = await Task.WhenAll(Enumerable.Range(0, Rooms).SelectMany(room => new[] { "snapshot", "now", "series", "fence" }.Select(
                key => database.KeyExistsAsync($"live:{{r{room}}}:{key}"))));
            return Array.TrueForAll(asOf, value => value == asOfMs) && Array.TrueForAll(keys, there => there) && await database.SortedSetLengthAsync("live:rooms") == Rooms;
        }
        catch (Exception away) when (away is RedisException or TimeoutException or TaskCanceledException)
        {
            return false;
        }
    }
}
