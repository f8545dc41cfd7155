using LiveStream.Integration.Fixtures;
using LiveStream.Metrics.Options;
using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>
/// What recovery promises, by real programs and at full size: a minute without Redis under load, and an instance that is killed while a million viewers are in one
/// room. Takes some 20 minutes; <c>tests/crashes --full-size</c> runs it and keeps its table.
/// </summary>
[Collection(TimedTests.Name)]
public sealed class FullSizeTests(ITestOutputHelper output)
{
    private const int EventsPerSecond = 50_000;
    private const int Rooms = 200;
    private const int Viewers = 1_000_000;
    private const int Kills = 5;
    private const double Noise = 0.1;
    private static readonly TimeSpan WarmLimit = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AfterOutage = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OrderlyEnd = TimeSpan.FromSeconds(5);

    // Lateness, a hop, the rhythm of writing, half a second.
    private static readonly long FreshMs = new EngineOptions().LatenessMs + EngineOptions.HopMs + 1_000 + 500;

    private readonly FullSizeTable table = new(output.WriteLine);

    [Fact(Explicit = true)]
    public async Task A_minute_without_redis_and_kills_with_a_million_viewers_in_one_room()
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        await using (var kafka = await KafkaBroker.StartAsync())
        {
            await OutagesAsync(kafka);
        }

        await using (var kafka = await KafkaBroker.StartAsync())
        {
            await KillsAsync(kafka);
        }

        output.WriteLine(table.Write());
        Assert.True(table.Missed.Count == 0, string.Join('\n', table.Missed));
    }

    private async Task OutagesAsync(KafkaBroker kafka)
    {
        await using var show = await Show.StartAsync(kafka, ["--rooms", $"{Rooms}", "--viewers", "200000"]);
        await using var run = show.Run();
        await show.FreshAsync(Rooms, WarmLimit, run);
        var early = await PeakAsync(run, Outage);
        var before = await PeakAsync(run, Outage);
        var growth = Math.Max(0, before - early);

        await show.Redis.FreezeAsync();
        var during = await PeakAsync(run, Outage);
        await show.Redis.ThawAsync();
        await show.LookAnewAsync();
        table.Add($"Redis frozen for {Outage.TotalSeconds} s at {EventsPerSecond:N0} events/s, {Rooms} rooms: all of them fresh after its return", await show.FreshAsync(Rooms, BackLimit, run), AfterOutage);
        AddMemory(before, during, growth);

        await show.Redis.KillAsync();
        before = during;
        during = await PeakAsync(run, Outage);
        await show.Redis.StartAgainAsync();
        await show.LookAnewAsync();
        table.Add($"Redis killed, away for {Outage.TotalSeconds} s, and back empty: all rooms fresh after it answers", await show.FreshAsync(Rooms, BackLimit, run), AfterOutage);
        AddMemory(before, during, growth);
        await EndAsync(run, "an instance under that load");
    }

    private async Task KillsAsync(KafkaBroker kafka)
    {
        await using var show = await Show.StartAsync(kafka, ["--rooms", "1", "--viewers", $"{Viewers}"]);
        show.Settings["LIVESTREAM__KAFKA__PROPERTIES__group.instance.id"] = "one";
        var run = show.Run();
        try
        {
            await show.FreshAsync(1, WarmLimit, run);
            await Poll.UntilAsync(WarmLimit, $"{Viewers * 0.98:N0} viewers", async () => await show.ViewersAsync() is var viewers && viewers >= Viewers * 0.98 ? null : $"{viewers}\n{run.Process.Said()}");
            for (var kill = 0; kill < Kills; kill++)
            {
                await show.CheckpointAsync(run);
                await run.Process.KillAsync();
                await run.DisposeAsync();
                run = show.Run();
                var took = await show.FreshAsync(1, BackLimit, run);
                table.Add($"kill -9 of a static member, {await show.ViewersAsync():N0} viewers in one room, {EventsPerSecond:N0} events/s: fresh after the start of the next instance", took, AfterKill);
            }

            await EndAsync(run, "it");
            await run.DisposeAsync();
            run = show.Run();
            table.Add("fresh after the start of the one that follows", await show.FreshAsync(1, BackLimit, run), AfterKill);
            table.Note(run.Process.Errors.Split('\n').Where(line => line.Contains("goes on from the checkpoint", StringComparison.Ordinal)).MaxBy(line => line.Length) ?? "");
        }
        finally
        {
            await run.DisposeAsync();
        }
    }

    private async Task EndAsync(LiveStreamProgram run, string which)
    {
        var fromMs = NowMs;
        await run.EndAsync();
        table.Add($"SIGTERM of {which}: ended with exit code 0 after", TimeSpan.FromMilliseconds(NowMs - fromMs), OrderlyEnd);
    }

    // State grows with the show; what waits for Redis must not come on top.
    private void AddMemory(long before, long during, long growth) => table.AddMemory(
        $"most resident memory in that minute: {during / 1e6:N0} MB, {(during - before) / 1e6:N0} MB more than in the minute before; with Redis it grew by {growth / 1e6:N0} MB in a minute", during - before <= growth + (before * Noise));

    /// <summary>The most that a program has resident in a time, bytes.</summary>
    private static async Task<long> PeakAsync(LiveStreamProgram run, TimeSpan time)
    {
        var (peak, untilMs) = (0L, NowMs + (long)time.TotalMilliseconds);
        await Poll.UntilAsync(time + BackLimit, "the time is over", () =>
        {
            Assert.False(run.Process.HasExited, run.Process.Said());
            peak = Math.Max(peak, run.Process.ResidentBytes);
            return Task.FromResult(NowMs >= untilMs);
        });
        return peak;
    }

    private static long NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>W1 at a pace, a Redis of its own, and what is needed to run instances on them.</summary>
    private sealed class Show : IAsyncDisposable
    {
        private readonly TemporaryFolder checkpoints = new();
        private LiveStreamProgram? load;
        private ConnectionMultiplexer? client;

        private Show(RedisServer redis, Dictionary<string, string> settings)
        {
            Redis = redis;
            Settings = settings;
            settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Configuration;
            settings["LIVESTREAM__CHECKPOINT__FOLDER"] = checkpoints.Path;
            settings["DOTNET_TieredPGO"] = "1";
        }

        public RedisServer Redis { get; }

        public Dictionary<string, string> Settings { get; }

        public static async Task<Show> StartAsync(KafkaBroker kafka, string[] arguments)
        {
            var topics = new TestTopics(kafka.BootstrapServers);
            await topics.CreateAsync();
            var show = new Show(await RedisServer.StartAsync(), topics.Settings);
            show.load = LiveStreamProgram.Start(["simulate", "--kafka", "--workload", "w1", "--rate", $"{EventsPerSecond}", "--minutes", "30", .. arguments], show.Settings);
            return show;
        }

        public LiveStreamProgram Run() => LiveStreamProgram.Start(["run"], Settings);

        /// <summary>Waits until so many rooms are in the list, and each shows settled and live numbers of now.</summary>
        public async Task<TimeSpan> FreshAsync(int rooms, TimeSpan limit, LiveStreamProgram run)
        {
            var sinceMs = NowMs;
            return await Poll.UntilAsync(limit, "every room is fresh", async () =>
            {
                try
                {
                    Assert.False(load!.Process.HasExited, load.Process.Said());
                    var database = await DatabaseAsync();
                    var names = await database.SortedSetRangeByRankAsync("live:rooms");
                    var stale = names.Length < rooms ? rooms - names.Length : 0;
                    foreach (var fresh in await Task.WhenAll(names.Select(room => IsFreshAsync(database, (string)room!, sinceMs))))
                    {
                        stale += fresh ? 0 : 1;
                    }

                    return stale == 0 ? null : $"{stale} are not.\n{run.Process.Said()}";
                }
                catch (Exception notYet) when (notYet is RedisException or TimeoutException)
                {
                    return notYet.Message;
                }
            });
        }

        /// <summary>The test's own client waits longer and longer before it connects again; a new one does not.</summary>
        public async Task LookAnewAsync()
        {
            client?.Dispose();
            client = null;
            await DatabaseAsync();
        }

        /// <summary>Waits for a checkpoint that is younger than the call.</summary>
        public async Task CheckpointAsync(LiveStreamProgram run)
        {
            var from = DateTime.UtcNow;
            await Poll.UntilAsync(BackLimit, "a checkpoint", () => Task.FromResult(
                new DirectoryInfo(checkpoints.Path).EnumerateFiles("*.checkpoint").Any(file => file.LastWriteTimeUtc > from && file.Length > 1_000_000) ? null : run.Process.Said()));
        }

        /// <summary>Viewers of the session in the largest room.</summary>
        public async Task<long> ViewersAsync()
        {
            var database = await DatabaseAsync();
            var rooms = await database.SortedSetRangeByRankAsync("live:rooms", 0, 0, Order.Descending);
            return rooms.Length == 0 ? 0 : (long)await database.HashGetAsync($"live:{{{rooms[0]}}}:screen", "viewers");
        }

        public async ValueTask DisposeAsync()
        {
            if (load is not null)
            {
                await load.DisposeAsync();
            }

            client?.Dispose();
            await Redis.DisposeAsync();
            checkpoints.Dispose();
        }

        private static async Task<bool> IsFreshAsync(IDatabase database, string room, long sinceMs)
        {
            var view = new RoomView(database, room);
            var asOf = await database.HashGetAsync($"live:{{{room}}}:screen", "asOf");
            return asOf.HasValue && NowMs - (long)asOf <= FreshMs
                && await view.NowAsync() is { } now && now.GetProperty("publishedAt").GetInt64() is var atMs && atMs >= sinceMs && NowMs - atMs <= 1_500;
        }

        private async Task<IDatabase> DatabaseAsync()
        {
            client ??= await ConnectionMultiplexer.ConnectAsync($"{Redis.Configuration},abortConnect=false,connectTimeout=500,syncTimeout=1000");
            return client.GetDatabase();
        }
    }
}
