using System.Buffers;
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
    private readonly RedisVersions versions;
    private readonly TimeProvider time;

    private CheckpointRedis(RedisState state, TimeProvider time)
    {
        this.state = state;
        this.time = time;
        versions = new RedisVersions(state);
    }

    public string Description => "Redis";

    /// <summary>Connects to the Redis of the configuration.</summary>
    /// <exception cref="FailureException">It does not answer.</exception>
    public static async Task<CheckpointRedis> OpenAsync(RedisSettings settings, TimeProvider time)
    {
        try
        {
            return new CheckpointRedis(await RedisState.ConnectAsync(settings.Configuration, settings.Prefix, CallLimit, time), time);
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

    public async Task<RaisedEpoch> RaiseEpochAsync(int group)
    {
        var (epoch, before) = await state.RaiseAsync(RedisVersions.EpochName(NameOf(group)), time.GetUtcNow().ToUnixTimeMilliseconds());
        return new RaisedEpoch(epoch, before);
    }

    public async Task<IReadOnlyList<CheckpointName>> ListAsync(int group) =>
        [.. (await versions.ListAsync(NameOf(group))).Select(text => CheckpointName.TryParse(text, out var name) ? name : default)
            .Where(name => name.Epoch > 0).OrderDescending()];

    public async Task<ReadOnlySequence<byte>> ReadAsync(CheckpointName name) =>
        Segments.Of((await versions.ReadAsync(NameOf(name.Group), name.ToString())).Select(chunk => (ReadOnlyMemory<byte>)chunk));

    public Task<bool> WriteAsync(CheckpointName name, ReadOnlySequence<byte> content) =>
        versions.WriteAsync(NameOf(name.Group), name.ToString(), name.Epoch, content);

    public Task SetAsideAsync(CheckpointName name) => versions.RemoveAsync(NameOf(name.Group), name.ToString());

    public ValueTask DisposeAsync() => state.DisposeAsync();

    private static string NameOf(int group) => string.Create(CultureInfo.InvariantCulture, $"group-{group}");
}
