using System.Security.Cryptography;
using System.Text.Json;
using LiveStream.Metrics.Options;

namespace LiveStream.App.Recovery;

/// <summary>
/// The hash of everything that shapes the numbers of a checkpoint: a state made with other values cannot be gone on from. Values that only
/// concern timing, memory or words (idleness, caps, currency, lanes) are left out, so that they may be changed at any restart.
/// </summary>
internal static class StateConfiguration
{
    /// <summary>The hash, as hexadecimal digits.</summary>
    /// <param name="engine">What shapes the numbers.</param>
    /// <param name="identityKey">Key of the pseudonyms: with another one every viewer is a stranger. Only its hash goes in.</param>
    public static string HashOf(EngineOptions engine, byte[] identityKey) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new
    {
        engine.LatenessMs,
        engine.PresenceTimeoutMs,
        engine.SessionIdleMinutes,
        engine.WindowMinutes,
        engine.Funnels,
        engine.HotProducts,
        Identity = Convert.ToHexStringLower(SHA256.HashData(identityKey)),
    })));
}
