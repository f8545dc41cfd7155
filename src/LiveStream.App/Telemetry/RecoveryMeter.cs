using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LiveStream.App.Telemetry;

/// <summary>What was kept of the groups and found again, as totals and as instruments of the meter <c>LiveStream.Recovery</c>. Safe from any thread.</summary>
internal sealed class RecoveryMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "LiveStream.Recovery";

    private readonly Meter meter = new(Name);
    private readonly ConcurrentDictionary<int, DateTimeOffset> writtenAt = new();
    private readonly Histogram<long> size;
    private readonly Histogram<double> writing;
    private readonly Histogram<double> reading;
    private long written;
    private long failed;
    private long refused;
    private long damaged;
    private long restored;
    private long rebuilt;

    /// <summary>Creates the instruments.</summary>
    /// <param name="time">Clock of ages.</param>
    public RecoveryMeter(TimeProvider time)
    {
        meter.CreateObservableCounter("livestream.checkpoint.written", () => Written, description: "Checkpoints made durable");
        meter.CreateObservableCounter("livestream.checkpoint.failed", () => Failed, description: "Checkpoints that the store did not take");
        meter.CreateObservableCounter("livestream.checkpoint.refused", () => Interlocked.Read(ref refused), description: "Checkpoints refused because the group has a newer owner");
        meter.CreateObservableCounter("livestream.checkpoint.damaged", () => Interlocked.Read(ref damaged), description: "Checkpoints found damaged");
        meter.CreateObservableCounter("livestream.groups.restored", () => Restored, description: "Groups that went on from a checkpoint");
        meter.CreateObservableCounter("livestream.groups.rebuilt", () => Rebuilt, description: "Groups that began at the earliest records");
        meter.CreateObservableGauge("livestream.checkpoint.oldest_age", () => OldestAge(time.GetUtcNow())?.TotalSeconds ?? 0, "s", "Age of the oldest newest checkpoint of the groups of this instance");
        size = meter.CreateHistogram<long>("livestream.checkpoint.size", "By", "Size of a checkpoint");
        writing = meter.CreateHistogram<double>("livestream.checkpoint.write_duration", "ms", "From the image to the durable checkpoint");
        reading = meter.CreateHistogram<double>("livestream.checkpoint.read_duration", "ms", "Reading and checking a checkpoint");
    }

    /// <summary>Checkpoints made durable.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Checkpoints that the store did not take.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Groups that went on from a checkpoint.</summary>
    public long Restored => Interlocked.Read(ref restored);

    /// <summary>Groups that began at the earliest records.</summary>
    public long Rebuilt => Interlocked.Read(ref rebuilt);

    /// <summary>A checkpoint is durable.</summary>
    public void CountWritten(int group, long bytes, TimeSpan took, DateTimeOffset at)
    {
        Interlocked.Increment(ref written);
        size.Record(bytes);
        writing.Record(took.TotalMilliseconds);
        writtenAt[group] = at;
    }

    /// <summary>A checkpoint was read whole.</summary>
    public void CountRead(long bytes, TimeSpan took)
    {
        size.Record(bytes);
        reading.Record(took.TotalMilliseconds);
    }

    /// <summary>A group begins.</summary>
    public void CountRestore(bool fromCheckpoint) => Interlocked.Increment(ref fromCheckpoint ? ref restored : ref rebuilt);

    /// <summary>The store did not take a checkpoint.</summary>
    public void CountFailed() => Interlocked.Increment(ref failed);

    /// <summary>The store has a newer owner's.</summary>
    public void CountRefused() => Interlocked.Increment(ref refused);

    /// <summary>A checkpoint was damaged.</summary>
    public void CountDamaged() => Interlocked.Increment(ref damaged);

    /// <summary>When this instance wrote the group's newest checkpoint, or null.</summary>
    public DateTimeOffset? WrittenAt(int group) => writtenAt.TryGetValue(group, out var at) ? at : null;

    /// <summary>Age of the newest checkpoint of the group that has waited longest for another; null while there is none.</summary>
    public TimeSpan? OldestAge(DateTimeOffset now) => writtenAt.IsEmpty ? null : now - writtenAt.Values.Min();

    /// <summary>The group is another instance's.</summary>
    public void Forget(int group) => writtenAt.TryRemove(group, out _);

    public void Dispose() => meter.Dispose();
}
