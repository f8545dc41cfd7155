using LiveStream.App.Configuration;
using LiveStream.Publish.Redis;

namespace LiveStream.App.Doctor;

/// <summary>Asks the Redis of the configuration.</summary>
internal static class RedisChecks
{
    private const long LargestClockErrorMs = 1000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Reachable, version, scripts, what it does when memory runs out, and its clock against this one.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(RedisSettings settings, TimeProvider time)
    {
        RedisFacts facts;
        try
        {
            await using var redis = await RedisState.ConnectAsync(settings.Configuration, settings.Prefix, Limit, time);
            facts = await redis.FactsAsync();
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return [Finding.Fault("Redis", e.Message, "start it, or correct LiveStream:Redis:Configuration")];
        }

        return
        [
            facts.RunsScripts
                ? Finding.Ok("Redis", $"{facts.Version ?? "version unknown"}, answers in {facts.Ping.TotalMilliseconds:F1} ms")
                : Finding.Fault("Redis", "Lua scripts do not run", "allow EVALSHA for this user (Garnet: start with --lua)"),
            Memory(facts),
            Clock(facts, time),
        ];
    }

    private static Finding Memory(RedisFacts facts) => facts switch
    {
        { MaxMemoryPolicy: null } => Finding.Ok("Redis memory", "the server does not tell its policy"),
        { MaxMemoryBytes: null or 0 } => Finding.Ok("Redis memory", "no limit"),
        { MaxMemoryPolicy: "noeviction" } => Finding.Ok("Redis memory", $"limit {facts.MaxMemoryBytes >> 20} MiB, noeviction"),
        _ => Finding.Fault(
            "Redis memory",
            $"at its limit of {facts.MaxMemoryBytes >> 20} MiB it evicts keys ({facts.MaxMemoryPolicy}), so rooms may vanish from screens until their next write",
            "set maxmemory-policy to noeviction"),
    };

    private static Finding Clock(RedisFacts facts, TimeProvider time)
    {
        if (facts.TimeMs is not { } redisMs)
        {
            return Finding.Ok("clock", "Redis does not tell its time, nothing to compare with");
        }

        var errorMs = Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - redisMs);
        return errorMs <= LargestClockErrorMs
            ? Finding.Ok("clock", $"{errorMs} ms from that of Redis")
            : Finding.Fault("clock", $"{errorMs} ms from that of Redis, so screens may call fresh numbers stale", "synchronise both machines (NTP)");
    }
}
