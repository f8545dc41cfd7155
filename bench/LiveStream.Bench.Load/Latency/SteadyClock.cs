using System.Diagnostics;

namespace LiveStream.Bench.Load.Latency;

/// <summary>Wall clock in ms since the Unix epoch, with fractions, that is never set: read once, and counted on from there.</summary>
internal sealed class SteadyClock
{
    private readonly double _startMs = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    /// <summary>Now.</summary>
    public double NowMs => _startMs + Stopwatch.GetElapsedTime(_startedAt).TotalMilliseconds;
}
