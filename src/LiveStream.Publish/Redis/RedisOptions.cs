using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>Section <c>Redis</c> of the configuration.</summary>
public sealed record RedisOptions
{
    /// <summary>Connection string of the client.</summary>
    public string Configuration { get; init; } = "localhost:6379";

    /// <summary>First part of every key.</summary>
    public string Prefix { get; init; } = "live";

    /// <summary>Hours after its last write that a key expires, 1..8,760.</summary>
    public int ExpireHours { get; init; } = 24;

    /// <summary>A room is written at most this often on average, ms, 100..60,000 (<see cref="SettledPace"/>).</summary>
    public int PublishEveryMs { get; init; } = 1000;

    /// <summary>Live numbers of a room are written at most this often, ms, 5..200; stretched up to 200 under load, and 200 for a room that is being caught up.</summary>
    public int LiveEveryMs { get; init; } = 25;

    /// <summary>Rooms that are published at once; further ones are refused and counted.</summary>
    public int MaxRooms { get; init; } = 100_000;

    /// <summary>A call that has not returned after this is abandoned, and the connection rebuilt; ms.</summary>
    public int CallTimeoutMs { get; init; } = 2000;

    /// <summary>What is wrong with the connection string, or null.</summary>
    public string? Fault()
    {
        try
        {
            return ConfigurationOptions.Parse(Configuration).EndPoints.Count == 0
                ? "Redis:Configuration names no server."
                : null;
        }
        catch (ArgumentException unreadable)
        {
            return $"Redis:Configuration cannot be read: {unreadable.Message}";
        }
    }
}
