using LiveStream.App.Commands;
using LiveStream.App.Configuration;

namespace LiveStream.App.Recovery;

/// <summary>Opens what <c>Checkpoint:Store</c> names.</summary>
internal static class CheckpointStores
{
    /// <summary>Opens the store; null when there is none.</summary>
    /// <exception cref="UsageException">The store cannot be used, or there is none and no identity key either.</exception>
    /// <exception cref="FailureException">Redis does not answer.</exception>
    public static async Task<ICheckpointStore?> OpenAsync(LiveStreamOptions options, TimeProvider time) => options.Settings.Checkpoint.Store switch
    {
        "folder" => CheckpointFolder.Open(options.Settings.Checkpoint.Folder, time),
        "redis" => await CheckpointRedis.OpenAsync(options.Settings.Redis, time),
        _ when options.IdentityKey is null => throw new UsageException(
            "Checkpoint:Store is none, so there is no place for the key of the pseudonyms; set LiveStream:Identity:Key (`openssl rand -hex 32` makes one), or a store."),
        _ => null,
    };
}
