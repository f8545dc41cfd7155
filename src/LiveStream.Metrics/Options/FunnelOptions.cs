using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Options;

/// <summary>An ordered conversion path.</summary>
/// <param name="Name">Key in the snapshots, 1..64 characters.</param>
/// <param name="Steps">2..8 viewer event types, in order; a type may occur more than once, one event then serves one step.</param>
/// <param name="WithinMs">Largest distance between the first and the last event of a chain, inclusive, 1..86,400,000.</param>
public sealed record FunnelOptions(string Name, IReadOnlyList<EventType> Steps, int WithinMs = 30 * 60_000)
{
    /// <summary>The funnels of a configuration that names none.</summary>
    public static IReadOnlyList<FunnelOptions> Defaults { get; } =
    [
        new("shopping", [EventType.Click, EventType.Cart, EventType.Payment]),
        new("full", [EventType.Enter, EventType.Click, EventType.Cart, EventType.Order, EventType.Payment]),
    ];
}
