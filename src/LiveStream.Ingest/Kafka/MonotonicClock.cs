namespace LiveStream.Ingest.Kafka;

/// <summary>Milliseconds since its making, never backwards, from a <see cref="TimeProvider"/>.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long NowMs => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>Wall clock, ms since the Unix epoch.</summary>
    public long WallMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Cancelled after a while, by the same clock.</summary>
    public CancellationTokenSource Limit(TimeSpan limit) => new(limit, time);
}
