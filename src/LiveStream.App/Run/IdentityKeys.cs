using LiveStream.App.Configuration;
using LiveStream.App.Recovery;

namespace LiveStream.App.Run;

/// <summary>Finds the key of the pseudonyms: configured, or kept by the checkpoint store.</summary>
internal static class IdentityKeys
{
    /// <summary>The key, and a sentence for the log when it was made just now.</summary>
    public static async Task<(byte[] Key, string? Notice)> FindAsync(LiveStreamOptions options, ICheckpointStore? store)
    {
        if (options.IdentityKey is { } configured)
        {
            return (configured, null);
        }

        var kept = await store!.IdentityKeyAsync();
        return (kept.Bytes, kept.Created
            ? $"No Identity:Key is configured: a random key of the pseudonyms was created in {store.Description}. Keep it with the checkpoints; another key makes every viewer a new one."
            : null);
    }
}
