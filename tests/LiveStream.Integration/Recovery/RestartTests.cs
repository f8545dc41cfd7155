using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>An instance that ended, or was killed, and starts again: it goes on from its checkpoints, reads nothing twice, and shows quiet rooms at once.</summary>
[Collection(RealServers.Name)]
public sealed partial class RestartTests(RealKafka kafka, RealRedis redis)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("folder")]
    [InlineData("redis")]
    public async Task After_an_orderly_end_everything_goes_on_from_checkpoints(string store)
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        settings["LIVESTREAM__CHECKPOINT__STORE"] = store;
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var database = client.GetDatabase();
        await using var traffic = new RoomTraffic(topics, database, rooms: 8);
        var view = new RoomView(database, traffic.Rooms[0]);
        long from;
        await using (var first = LiveStreamProgram.Start(["run"], settings))
        {
            await first.ReadyAsync();
            await Poll.UntilAsync(Limit, "a few seconds are settled", async () => await view.LikesAsync() > 200 ? null : first.Process.Said());
            from = Stopwatch.GetTimestamp();
            await first.EndAsync();
        }

        var settled = await view.LikesAsync();
        await using var second = LiveStreamProgram.Start(["run"], settings);
        await second.ReadyAsync();
        AssertGoesOn(second, Stopwatch.GetElapsedTime(from), (traffic.Sent + 1 - settled) * traffic.Rooms.Count);
        await traffic.OnAirAsync(second.Process.Said);
        await traffic.SettledAsync(second.Process.Said);
        Assert.DoesNotContain("begins anew", second.Process.Errors, StringComparison.Ordinal);
        Assert.Equal(store == "folder", Directory.GetFiles(folder.Path, "*.checkpoint").Length > 0);

        // What was settled lies in the checkpoints; only what waited or came later is this instance's.
        Assert.InRange(await view.CounterAsync("read"), 1, (traffic.Sent + 1 - settled) * traffic.Rooms.Count);
        await second.EndAsync();
    }

    [Fact]
    public async Task After_a_kill_the_last_checkpoint_is_gone_on_from()
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        settings["LIVESTREAM__KAFKA__PROPERTIES__group.instance.id"] = "one";
        await using var traffic = new RoomTraffic(topics, client.GetDatabase(), rooms: 8);
        var begun = Stopwatch.GetTimestamp();
        await using (var first = LiveStreamProgram.Start(["run"], settings))
        {
            await first.ReadyAsync();
            await traffic.OnAirAsync(first.Process.Said);
            await Poll.UntilAsync(Limit, "a checkpoint of every group", () => Task.FromResult(
                Directory.GetFiles(folder.Path, "*.checkpoint").Select(path => Path.GetFileName(path).Split('-')[1]).Distinct().Count() == 4 ? null : first.Process.Said()));
            await first.Process.KillAsync();
        }

        var from = Stopwatch.GetTimestamp();
        var fromMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await using var second = LiveStreamProgram.Start(["run"], settings);
        await traffic.OnAirAsync(second.Process.Said, fromMs);
        TestContext.Current.TestOutputHelper?.WriteLine($"Every room was on air {Stopwatch.GetElapsedTime(from).TotalSeconds:F1} s after the start of the next instance.");
        AssertGoesOn(second, Stopwatch.GetElapsedTime(begun), (traffic.Sent + 1) * traffic.Rooms.Count);
        await traffic.SettledAsync(second.Process.Said);
        await second.EndAsync();
    }

    [Fact]
    public async Task A_room_in_which_nothing_happens_is_shown_by_the_next_instance_too()
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        using var sender = new EventSender(topics);
        var room = topics.RoomNamed("quiet");
        var view = new RoomView(client.GetDatabase(), room);
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        await sender.SendAsync("live.like", "like", room, "u1", startMs);
        await sender.SendAsync("live.presence", "heartbeat", room, "u1", startMs + 30_000);
        string? settled = null;
        await using (var first = LiveStreamProgram.Start(["run"], settings))
        {
            await Poll.UntilAsync(Limit, "the room", async () => (settled = await view.SnapshotTextAsync()) is not null ? null : first.Process.Said());
            await first.EndAsync();
        }

        await using var second = LiveStreamProgram.Start(["run"], settings);
        await second.ReadyAsync();
        await Poll.UntilAsync(Limit, "its pages have the room", async () =>
        {
            using var page = await second.Http.GetAsync(new Uri($"/rooms/{room}/snapshot", UriKind.Relative), TestContext.Current.CancellationToken);
            return page.IsSuccessStatusCode ? null : second.Process.Said();
        });
        await Poll.UntilAsync(Limit, "its live object is fresh", async () =>
            await view.NowAsync() is { } now && DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - now.GetProperty("publishedAt").GetInt64() < 3_000 ? null : second.Process.Said());
        Assert.Equal(WithoutLive(settled!), WithoutLive((await view.SnapshotTextAsync())!));
        await second.EndAsync();
    }

    [Fact]
    public async Task Doctor_tells_age_and_lag_of_every_group()
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        using var sender = new EventSender(topics);
        var room = topics.RoomNamed("looked-at");
        await using (var first = LiveStreamProgram.Start(["run"], settings))
        {
            await first.ReadyAsync();
            await first.EndAsync();
        }

        for (var i = 0; i < 7; i++)
        {
            await sender.SendAsync("live.like", "like", room, "u1", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        }

        var (_, output, errors) = await LiveStreamProgram.RunAsync(["doctor"], Limit, settings);
        var lines = output.Split('\n').Where(line => GroupLine().IsMatch(line)).ToList();
        Assert.True(lines.Count == 4, output + errors);
        Assert.Equal(7, lines.Sum(line => int.Parse(GroupLine().Match(line).Groups["lag"].Value, CultureInfo.InvariantCulture)));
    }

    /// <summary>Every group has said what it goes on from. The show never stood still, so that something has come since then.</summary>
    private static void AssertGoesOn(LiveStreamProgram instance, TimeSpan atMostAgo, long mostBehind)
    {
        var lines = GoesOn().Matches(instance.Process.Errors);
        Assert.True(lines.Count == 4, instance.Process.Said());
        Assert.All(Numbers("age"), age => Assert.InRange(age, 0, (long)Math.Ceiling(atMostAgo.TotalSeconds)));
        Assert.InRange(Numbers("behind").Sum(), 1, mostBehind);

        IEnumerable<long> Numbers(string name) => lines.Select(line => long.Parse(line.Groups[name].Value, CultureInfo.InvariantCulture));
    }

    private static string WithoutLive(string snapshot) => snapshot[..snapshot.IndexOf(",\"live\":", StringComparison.Ordinal)];

    private async Task<(TestTopics Topics, Dictionary<string, string> Settings, TemporaryFolder Checkpoints)> PrepareAsync()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        var folder = new TemporaryFolder();
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Server.Configuration;
        settings["LIVESTREAM__CHECKPOINT__FOLDER"] = folder.Path;
        settings["LIVESTREAM__CHECKPOINT__EVERYSECONDS"] = "2";
        return (topics, settings, folder);
    }

    [GeneratedRegex(@"Partition group \d+ goes on from the checkpoint of (?<age>\d+) s ago \(epoch \d+, [\d.]+ MB, read in \d+ ms\); (?<behind>\d+) records behind\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GoesOn();

    [GeneratedRegex(@"group \d+: checkpoint of \d+ s ago \([\d.]+ MB\), (?<lag>\d+) records behind", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GroupLine();
}
