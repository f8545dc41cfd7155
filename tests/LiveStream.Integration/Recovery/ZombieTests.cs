using System.Text.Json;
using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>An instance that was frozen until others had its rooms wakes up: it changes nothing on any screen, also after a flush, and its own pages end.</summary>
[Collection(TimedTests.Name)]
public sealed class ZombieTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_instance_that_wakes_up_after_its_session_changes_nothing()
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        await using var kafka = await KafkaBroker.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        using var folder = new TemporaryFolder();
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var database = client.GetDatabase();
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Configuration;
        settings["LIVESTREAM__CHECKPOINT__FOLDER"] = folder.Path;
        await using var zombie = LiveStreamProgram.Start(["run"], settings);
        await using var traffic = new RoomTraffic(topics, database, rooms: 4);
        await zombie.ReadyAsync();
        await traffic.OnAirAsync(zombie.Process.Said);
        var epochs = await EpochsAsync(database, traffic);
        var oldest = long.Parse(await zombie.Http.GetStringAsync("/rooms", TestContext.Current.CancellationToken) is var rooms
            ? JsonDocument.Parse(rooms).RootElement.GetProperty("rooms").EnumerateArray().Max(room => room.GetProperty("asOf").GetInt64()).ToString(System.Globalization.CultureInfo.InvariantCulture) : "0",
            System.Globalization.CultureInfo.InvariantCulture);

        await zombie.Process.SignalAsync("STOP");
        await using var heir = LiveStreamProgram.Start(["run"], settings);
        await heir.ReadyAsync();
        await traffic.OnAirAsync(heir.Process.Said);
        var newer = await EpochsAsync(database, traffic);
        Assert.All(newer, room => Assert.True(room.Value > epochs[room.Key], $"{room.Key} has epoch {room.Value}."));
        await redis.CommandAsync("FLUSHALL");
        await zombie.Process.SignalAsync("CONT");
        await Poll.UntilAsync(Limit, "the zombie has given its rooms up", async () =>
        {
            foreach (var (room, epoch) in await EpochsAsync(database, traffic))
            {
                Assert.True(epoch >= newer[room] || epoch == 0, $"{room} was written with epoch {epoch} by an instance that lost it.");
            }

            using var page = JsonDocument.Parse(await zombie.Http.GetStringAsync("/rooms", TestContext.Current.CancellationToken));
            foreach (var room in page.RootElement.GetProperty("rooms").EnumerateArray())
            {
                Assert.True(room.GetProperty("asOf").GetInt64() <= oldest + 3_000, $"The zombie shows {room}.");
            }

            return zombie.Process.Errors.Contains("to others: their rooms are dropped", StringComparison.Ordinal) && page.RootElement.GetProperty("total").GetInt32() is 0
                ? null : zombie.Process.Said();
        });
        Assert.Contains("This process stood still for", zombie.Process.Errors, StringComparison.Ordinal);
        await traffic.SettledAsync(() => heir.Process.Said() + zombie.Process.Said());
        await heir.EndAsync();
        await zombie.EndAsync();
    }

    /// <summary>The epoch of each room's live object, 0 when there is none.</summary>
    private static async Task<Dictionary<string, long>> EpochsAsync(IDatabase database, RoomTraffic traffic)
    {
        var epochs = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var room in traffic.Rooms)
        {
            epochs[room] = (long?)await database.HashGetAsync($"live:{{{room}}}:fence", "nowEpoch") ?? 0;
        }

        return epochs;
    }
}
