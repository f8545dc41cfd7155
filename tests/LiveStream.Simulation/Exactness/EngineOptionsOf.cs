using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Oracle;

namespace LiveStream.Simulation.Exactness;

/// <summary>What the engine must be told so that its numbers are the oracle's.</summary>
internal static class EngineOptionsOf
{
    /// <summary>The same options in the engine's words.</summary>
    public static EngineOptions Oracle(OracleOptions oracle) => new()
    {
        LatenessMs = (int)oracle.LatenessMs,
        PresenceTimeoutMs = (int)oracle.PresenceTimeoutMs,
        SessionIdleMinutes = oracle.SessionIdleMinutes,
        WindowMinutes = oracle.WindowMinutes,
        Funnels = [.. oracle.Funnels.Select(f => new FunnelOptions(f.Name, [.. f.Steps.Select(TypeOf)], (int)f.WithinMs))],
        HotProducts = new HotProductOptions(oracle.Weights[0], oracle.Weights[1], oracle.Weights[2], oracle.Weights[3], oracle.Top),
        Currency = oracle.Currency,
        MinorDigits = oracle.MinorDigits,
    };

    private static Metrics.Events.EventType TypeOf(string name) =>
        EventTypes.TryParse(name, out var type) ? type : throw new ArgumentException($"'{name}' is no event type.", nameof(name));
}
