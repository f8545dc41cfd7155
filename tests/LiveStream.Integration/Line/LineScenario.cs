using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Line;

/// <summary>
/// The whole line once: <c>livestream run</c> between a Kafka and a Redis, <c>livestream simulate</c> before it, and at the end a
/// Redis that shows the simulator's own counts, in all keys of the contract.
/// </summary>
internal sealed class LineScenario : IAsyncDisposable
{
    /// <summary>By when the last event has to be in the numbers after the stream has ended.</summary>
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(35);

    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<long>> versions = new();
    private readonly TestTopics topics;
    private readonly ConnectionMultiplexer redis;
    private readonly LiveStreamProgram run;

    private LineScenario(TestTopics topics, ConnectionMultiplexer redis, LiveStreamProgram run)
    {
        this.topics = topics;
        this.redis = redis;
        this.run = run;
    }

    /// <summary>What the simulator knows.</summary>
    public JsonElement Truth { get; private set; }

    /// <summary>Its rooms.</summary>
    public IEnumerable<JsonElement> Rooms => Truth.GetProperty("rooms").EnumerateArray();

    /// <summary>Starts the engine and waits until it is ready.</summary>
    public static async Task<LineScenario> StartAsync(TestTopics topics, string redisConfiguration)
    {
        var client = await ConnectionMultiplexer.ConnectAsync(redisConfiguration);
        var program = LiveStreamProgram.Start(["run"], topics.Settings, [KeyValuePair.Create("LIVESTREAM__REDIS__CONFIGURATION", redisConfiguration)]);
        var scenario = new LineScenario(topics, client, program);
        try
        {
            await client.GetSubscriber().SubscribeAsync(new RedisChannel("live:*", RedisChannel.PatternMode.Pattern), (channel, version) =>
                scenario.versions.GetOrAdd((string)channel!, _ => new()).Enqueue(long.Parse((string)version!, CultureInfo.InvariantCulture)));
            await program.ReadyAsync();
            return scenario;
        }
        catch
        {
            await scenario.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a screen sees of a room.</summary>
    public RoomView ViewOf(JsonElement room) => new(redis.GetDatabase(), room.GetProperty("room").GetString()!);

    /// <summary>Simulates to the end, then waits until every room shows the truth.</summary>
    public async Task ShowTheTruthAsync(params string[] simulate)
    {
        var truthFile = folder.File("truth.json");
        var (code, _, errors) = await LiveStreamProgram.RunAsync(
            ["simulate", "--kafka", "--truth", truthFile, .. simulate], TimeSpan.FromMinutes(3), topics.Settings);
        Assert.True(code == 0, $"simulate ended with {code}: {errors}");
        Truth = JsonDocument.Parse(await File.ReadAllTextAsync(truthFile, TestContext.Current.CancellationToken)).RootElement;

        await Poll.UntilAsync(SettleLimit, "Redis shows the simulator's own counts", async () =>
        {
            foreach (var room in Rooms)
            {
                if (SessionNumbers.Difference(room, await ViewOf(room).SnapshotAsync()) is { } difference)
                {
                    return $"{difference}\n{(await ViewOf(room).NowAsync())?.GetRawText()}\n{run.Process.Said()}";
                }
            }

            return null;
        });
    }

    /// <summary>Every key of a room agrees with its snapshot; waits while the engine still settles what follows the last event.</summary>
    public Task KeysAgreeAsync(JsonElement room) => Poll.UntilAsync(SettleLimit, "every key agrees with the snapshot", async () =>
    {
        var view = ViewOf(room);
        var snapshot = await view.SnapshotAsync();
        return snapshot is null ? "There is no snapshot."
            : RoomKeysCheck.Screen(snapshot.Value, await view.ScreenAsync())
            ?? await RoomKeysCheck.HotAsync(snapshot.Value, view)
            ?? RoomKeysCheck.Series(snapshot.Value, await view.SeriesAsync())
            ?? RoomKeysCheck.Now(snapshot.Value, await view.NowAsync(), Truth)
            ?? RoomKeysCheck.Lifetimes(await view.LifetimesAsync())
            ?? RoomKeysCheck.Index(snapshot.Value, await view.InRoomsAsync())
            ?? Versions(snapshot.Value.GetProperty("asOf").GetInt64(), view.Channel);
    });

    /// <summary>Asks the engine to end, and expects that it does so cleanly.</summary>
    public Task EndAsync() => run.EndAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await run.DisposeAsync();
        redis.Dispose();
        folder.Dispose();
    }

    private string? Versions(long asOf, string channel)
    {
        long[] told = versions.TryGetValue(channel, out var queue) ? [.. queue] : [];
        return told.Length < 2 || told[^1] != asOf ? $"The channel told {told.Length} versions, the last {told.LastOrDefault()}, the snapshot is {asOf}."
            : told.Zip(told.Skip(1)).Any(pair => pair.First > pair.Second) ? $"Versions went back: {string.Join(' ', told)}."
            : null;
    }
}
