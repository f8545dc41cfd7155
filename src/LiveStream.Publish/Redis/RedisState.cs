using System.Globalization;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Small durable facts kept in Redis instead of a folder (<c>Checkpoint:Store</c> = <c>redis</c>), and what <c>doctor</c> asks a
/// server. One connection, opened for a few calls and closed; used by the composition root, never on the path of snapshots.
/// </summary>
public sealed class RedisState : IAsyncDisposable
{
    private readonly ConnectionMultiplexer multiplexer;
    private readonly IDatabase database;
    private readonly string prefix;
    private readonly TimeSpan limit;
    private readonly TimeProvider time;

    private RedisState(ConnectionMultiplexer multiplexer, string prefix, TimeSpan limit, TimeProvider time)
    {
        this.multiplexer = multiplexer;
        this.prefix = prefix;
        this.limit = limit;
        this.time = time;
        database = multiplexer.GetDatabase();
    }

    /// <summary>Connects.</summary>
    /// <param name="configuration">Connection string of the client.</param>
    /// <param name="prefix">First part of every key.</param>
    /// <param name="limit">Longest time for the connection, and for each call.</param>
    /// <param name="time">Clock of the limit.</param>
    /// <exception cref="IOException">The server did not answer in time; the message says why.</exception>
    public static async Task<RedisState> ConnectAsync(string configuration, string prefix, TimeSpan limit, TimeProvider time)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        options.ConnectTimeout = Math.Min(options.ConnectTimeout, (int)limit.TotalMilliseconds);
        try
        {
            return new RedisState(await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(2 * limit, time), prefix, limit, time);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new IOException(FirstPart(e.Message), e);
        }
    }

    /// <summary>The value that is kept under a name; <paramref name="candidate"/> becomes it when there is none.</summary>
    /// <returns>The kept value, and whether it is the candidate of this call.</returns>
    public async Task<(string Value, bool Created)> KeepFirstAsync(string name, string candidate)
    {
        var key = $"{prefix}:state:{name}";
        var created = await Call(database.StringSetAsync(key, candidate, expiry: null, When.NotExists));
        return ((string?)await Call(database.StringGetAsync(key)) ?? candidate, created);
    }

    /// <summary>Raises a counter by one and returns it; no two calls get the same.</summary>
    public Task<long> RaiseAsync(string name) => Call(database.StringIncrementAsync($"{prefix}:state:{name}"));

    /// <summary>What the server says about itself; a fact it does not give is null.</summary>
    public async Task<RedisFacts> FactsAsync()
    {
        var startedAt = time.GetTimestamp();
        await Call(database.PingAsync());
        var ping = time.GetElapsedTime(startedAt);
        var info = ((string?)await TryExecute("INFO") ?? "").Split('\n').Select(line => line.Trim().Split(':', 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var clock = (RedisValue[]?)await TryExecute("TIME");
        var policy = (RedisValue[]?)await TryExecute("CONFIG", "GET", "maxmemory-policy");
        var script = await Call(database.ScriptEvaluateAsync("return 1"));
        return new RedisFacts(
            ping,
            info["garnet_version"].Select(version => $"Garnet {version}").FirstOrDefault() ?? info["redis_version"].FirstOrDefault(),
            long.TryParse(info["maxmemory"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null,
            policy is { Length: 2 } ? (string?)policy[1] : null,
            clock is { Length: 2 } ? ((long)clock[0] * 1000) + ((long)clock[1] / 1000) : null,
            (long)script == 1);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await multiplexer.CloseAsync(allowCommandsToComplete: true).WaitAsync(limit, time);

    private async Task<RedisResult?> TryExecute(string command, params object[] arguments)
    {
        try
        {
            return await database.ExecuteAsync(command, arguments).WaitAsync(limit, time);
        }
        catch (RedisServerException)
        {
            // Hosted servers forbid some of these commands: then the fact stays unknown.
            return null;
        }
    }

    private async Task<T> Call<T>(Task<T> call)
    {
        try
        {
            return await call.WaitAsync(limit, time);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new IOException(FirstPart(e.Message), e);
        }
    }

    private static string FirstPart(string message) => message.ReplaceLineEndings(" ").Split(';')[0].TrimEnd('.');
}

/// <summary>What a Redis server says about itself.</summary>
/// <param name="Ping">Round trip.</param>
/// <param name="Version">Version, with the product's name when it is not Redis.</param>
/// <param name="MaxMemoryBytes">Limit of its memory, 0 = none.</param>
/// <param name="MaxMemoryPolicy">What it does at that limit.</param>
/// <param name="TimeMs">Its clock, ms since the Unix epoch.</param>
/// <param name="RunsScripts">Whether Lua scripts run.</param>
public sealed record RedisFacts(TimeSpan Ping, string? Version, long? MaxMemoryBytes, string? MaxMemoryPolicy, long? TimeMs, bool RunsScripts);
