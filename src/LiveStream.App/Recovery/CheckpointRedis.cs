using System.Globalization;
using System.Security.Cryptography;
using LiveStream.App.Commands;
using LiveStream.App.Configuration;
using LiveStream.Publish.Redis;

namespace LiveStream.App.Recovery;

/// <summary>Durable facts kept in Redis, for instances without a shared folder. As durable as that Redis is.</summary>
internal sealed class CheckpointRedis : ICheckpointStore
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    private readonly RedisState state;

    private CheckpointRedis(RedisState state) => this.state = state;

    public string Description => "Redis";

    /// <summary>Connects to the Redis of the configuration.</summary>
    /// <exception cref="FailureException">It does not answer.</exception>
    public static async Task<CheckpointRedis> OpenAsync(RedisSettings settings, TimeProvider time)
    {
        try
        {
            return new CheckpointRedis(await RedisState.ConnectAsync(settings.Configuration, settings.Prefix, CallLimit, time));
        }
        catch (IOException e)
        {
            throw new FailureException($"Checkpoint:Store is redis, and Redis does not answer ({e.Message}); start it, correct LiveStream:Redis:Configuration, or set LiveStream:Checkpoint:Store to folder.", e);
        }
    }

    public async Task<IdentityKey> IdentityKeyAsync()
    {
        var (value, created) = await state.KeepFirstAsync("identity-key", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityKey.NewBytes)));
        return new IdentityKey(Convert.FromHexString(value), created);
    }

    public Task<long> RaiseEpochAsync(int group) => state.RaiseAsync(string.Create(CultureInfo.InvariantCulture, $"epoch:{group}"));

    public ValueTask DisposeAsync() => state.DisposeAsync();
}
