using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace LiveStream.Integration.Fixtures;

/// <summary>What a screen that knows only Redis sees of one room.</summary>
internal sealed class RoomView(IDatabase redis, string room)
{
    private readonly string stem = $"live:{{{room}}}";

    /// <summary>Name of the channel.</summary>
    public string Channel => stem;

    /// <summary>The whole snapshot as it lies there, or null.</summary>
    public async Task<string?> SnapshotTextAsync() => await redis.StringGetAsync(stem + ":snapshot");

    /// <summary>The snapshot, or null.</summary>
    public async Task<JsonElement?> SnapshotAsync() => Parse(await SnapshotTextAsync());

    /// <summary>The live object, or null.</summary>
    public async Task<JsonElement?> NowAsync() => Parse(await redis.StringGetAsync(stem + ":now"));

    /// <summary>The flat fields.</summary>
    public async Task<Dictionary<string, string>> ScreenAsync() =>
        (await redis.HashGetAllAsync(stem + ":screen")).ToDictionary(field => (string)field.Name!, field => (string)field.Value!);

    /// <summary>Products and scores of a window, best first.</summary>
    public async Task<IReadOnlyList<(string Product, double Score)>> HotAsync(string window) =>
        [.. (await redis.SortedSetRangeByRankWithScoresAsync($"{stem}:hot:{window}", order: Order.Descending)).Select(row => ((string)row.Element!, row.Score))];

    /// <summary>The points of the curve, oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> SeriesAsync() =>
        [.. (await redis.ListRangeAsync(stem + ":series")).Select(point => JsonDocument.Parse((string)point!).RootElement)];

    /// <summary>Its place in the list of rooms, or null.</summary>
    public Task<double?> InRoomsAsync() => redis.SortedSetScoreAsync("live:rooms", room);

    /// <summary>Time to live of each of its keys.</summary>
    public async Task<IReadOnlyList<(string Key, TimeSpan? Left)>> LifetimesAsync()
    {
        string[] keys = [":snapshot", ":now", ":screen", ":series", ":hot:1m", ":hot:session"];
        var lifetimes = new List<(string, TimeSpan?)>();
        foreach (var key in keys.Select(key => stem + key))
        {
            if (await redis.KeyExistsAsync(key))
            {
                lifetimes.Add((key, await redis.KeyTimeToLiveAsync(key)));
            }
        }

        return lifetimes;
    }

    /// <summary>Likes of the session, settled; 0 while there are none.</summary>
    public async Task<long> LikesAsync() => await SnapshotAsync() is { } snapshot
        && snapshot.GetProperty("windows").GetProperty("session").GetProperty("events").TryGetProperty("like", out var likes) ? likes.GetInt64() : 0;

    /// <summary>A number of the live object's counters, or -1 while there is none.</summary>
    public async Task<long> CounterAsync(string name) =>
        await NowAsync() is { } now ? now.GetProperty("counters").GetProperty(name).GetInt64() : -1;

    /// <summary>A number as text without a trailing fraction.</summary>
    public static string Plain(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static JsonElement? Parse(string? json) => json is null ? null : JsonDocument.Parse(json).RootElement;
}
