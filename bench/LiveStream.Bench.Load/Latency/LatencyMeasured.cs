using LiveStream.Bench.Load.Report;

namespace LiveStream.Bench.Load.Latency;

/// <summary>Latency under one load.</summary>
/// <param name="Load">What the load is, for people.</param>
/// <param name="Options">How it was measured.</param>
/// <param name="ReadPerSecond">Events a second that the engine read while it was measured: less than the rate when something cannot keep pace.</param>
/// <param name="Live">From the intended send time of an event until it counts in its room's <c>now</c>.</param>
/// <param name="Settled">From T + lateness until a snapshot of T or later is in Redis.</param>
/// <param name="Unseen">Events that were not seen in time; they are in <paramref name="Live"/> with the time waited.</param>
public sealed record LatencyMeasured(string Load, LatencyOptions Options, double ReadPerSecond, Percentiles Live, Percentiles Settled, int Unseen)
{
    /// <summary>Whether the load was what it was meant to be, and all of it came through.</summary>
    public bool KeptPace => ReadPerSecond >= Target.KeepingPace * Options.Rate && Unseen == 0;
}
