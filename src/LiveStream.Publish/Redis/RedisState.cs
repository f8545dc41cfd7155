using System.Globalization;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Durable facts kept in Redis instead of a folder (<c>Checkpoint:Store</c> = <c>redis</c>), and what <c>doctor</c> asks a
/// server. One connection, beside the publisher's and never on the path of snapshots; one that fails or does not answer is given up, and
/// the next call makes another. Safe from any thread.
/// </summary>
public sealed class RedisState : IAsyncDisposable
{
    private const string Raise = """
        local stored = tonumber(redis.call('GET', KEYS[1]) or '0')
        local raised = math.max(stored + 1, tonumber(ARGV[1]))
        redis.call('SET', KEYS[1], string.format('%.0f', raised))
        return { raised, stored }
        """;

    private readonly string configuration;
    private readonly string prefix;
    private readonly TimeSpan limit;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim connecting = new(1);
    private ConnectionMultiplexer? current;

    private RedisState(string configuration, string prefix, TimeSpan limit, TimeProvider time)
    {
        this.configuration = configuration;
        this.prefix = prefix;
        this.limit = limit;
        this.time = time;
    }

    /// <summary>Connects.</summary>
    /// <param name="configuration">Connection string of the client.</param>
    /// <param name="prefix">First part of every key.</param>
    /// <param name="limit">Longest time for the connection, and for each call.</param>
    /// <param name="time">Clock of the limit.</param>
    /// <exception cref="IOException">The server did not answer in time; the message says why.</exception>
    public static async Task<RedisState> ConnectAsync(string configuration, string prefix, TimeSpan limit, TimeProvider time)
    {
        var state = new RedisState(configuration, prefix, limit, time);
        await state.ConnectedAsync();
        return state;
    }

    /// <summary>The value that is kept under a name; <paramref name="candidate"/> becomes it when there is none.</summary>
    /// <returns>The kept value, and whether it is the candidate of this call.</returns>
    public async Task<(string Value, bool Created)> KeepFirstAsync(string name, string candidate)
    {
        var key = Key(name);
        var created = await CallAsync(database => database.StringSetAsync(key, candidate, expiry: null, When.NotExists));
        return ((string?)await CallAsync(database => database.StringGetAsync(key)) ?? candidate, created);
    }

    /// <summary>Raises a counter by one or more, to <paramref name="least"/> at least; no two calls get the same.</summary>
    /// <returns>What it is now, and what it was, 0 = it was not there.</returns>
    public async Task<(long Now, long Before)> RaiseAsync(string name, long least)
    {
        var counter = (RedisResult[])(await CallAsync(database => database.ScriptEvaluateAsync(Raise, [Key(name)], [least])))!;
        return ((long)counter[0], (long)counter[1]);
    }

    /// <summary>What the server says about itself; a fact it does not give is null.</summary>
    public async Task<RedisFacts> FactsAsync()
    {
        var startedAt = time.GetTimestamp();
        await CallAsync(database => database.PingAsync());
        var ping = time.GetElapsedTime(startedAt);
        var info = ((string?)await TryExecute("INFO") ?? "").Split('\n').Select(line => line.Trim().Split(':', 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var clock = (RedisValue[]?)await TryExecute("TIME");
        var policy = (RedisValue[]?)await TryExecute("CONFIG", "GET", "maxmemory-policy");
        var script = await CallAsync(database => database.ScriptEvaluateAsync("return 1"));
        return new RedisFacts(
            ping,
            info["garnet_version"].Select(version => $"Garnet {version}").FirstOrDefault() ?? info["redis_version"].FirstOrDefault(),
            long.TryParse(info["maxmemory"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null,
            policy is { Length: 2 } ? (string?)policy[1] : null,
            clock is { Length: 2 } ? ((long)clock[0] * 1000) + ((long)clock[1] / 1000) : null,
            (long)script == 1);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref current, null) is { } multiplexer)
        {
            await CloseAsync(multiplexer);
        }

        connecting.Dispose();
    }

    /// <summary>The key of a name.</summary>
    internal RedisKey Key(string name) => $"{prefix}:state:{name}";

    /// <summary>One call, with its limit of time.</summary>
    /// <exception cref="IOException">
    /// The server refused it; or it did not answer in time, or is a replica by now: then the connection is given up.
    /// </exception>
    internal async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call)
    {
        var multiplexer = await ConnectedAsync();
        try
        {
            return await call(multiplexer.GetDatabase()).WaitAsync(limit, time);
        }
        catch (RedisServerException refused) when (!RoomWriter.IsOfAnother(refused))
        {
            throw new IOException(FirstPart(refused.Message), refused);
        }
        catch (Exception e) when (RoomWriter.IsTrouble(e))
        {
            if (Interlocked.CompareExchange(ref current, null, multiplexer) == multiplexer)
            {
                await CloseAsync(multiplexer);
            }

            throw new IOException(FirstPart(e.Message), e);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectedAsync()
    {
        await connecting.WaitAsync();
        try
        {
            if (Volatile.Read(ref current) is { } known)
            {
                return known;
            }

            var options = ConfigurationOptions.Parse(configuration);
            options.AbortOnConnectFail = true;
            options.ConnectRetry = 1;
            options.ConnectTimeout = Math.Min(options.ConnectTimeout, (int)limit.TotalMilliseconds);
            var made = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(2 * limit, time);
            Volatile.Write(ref current, made);
            return made;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new IOException(FirstPart(e.Message), e);
        }
        finally
        {
            connecting.Release();
        }
    }

    private async Task CloseAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false).WaitAsync(limit, time);
        }
        catch (Exception e) when (RoomWriter.IsTrouble(e))
        {
            // A connection that does not even close is left to the client, which ends it with the process.
        }
    }

    private async Task<RedisResult?> TryExecute(string command, params object[] arguments)
    {
        try
        {
            return await CallAsync(database => database.ExecuteAsync(command, arguments));
        }
        catch (IOException e) when (e.InnerException is RedisServerException)
        {
            // Hosted servers forbid some of these commands: then the fact stays unknown.
            return null;
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
