namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>Time that a test sets.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _nowMs = 1_000_000;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Volatile.Read(ref _nowMs);

    public void Pass(long ms) => Interlocked.Add(ref _nowMs, ms);
}
