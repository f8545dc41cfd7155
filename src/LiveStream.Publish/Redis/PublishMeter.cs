using System.Diagnostics.Metrics;

namespace LiveStream.Publish.Redis;

/// <summary>
/// What the publisher did, as plain totals and as instruments of the meter <c>LiveStream.Publish</c>. Any thread may count.
/// </summary>
public sealed class PublishMeter : IDisposable
{
    private readonly Meter meter = new("LiveStream.Publish");
    private long written;
    private long liveWritten;
    private long replaced;
    private long fenced;
    private long failed;
    private long reconnections;
    private long healed;
    private long refusedRooms;
    private long pendingRooms;
    private long pendingBytes;
    private long rooms;
    private long liveIntervalMs;

    internal PublishMeter()
    {
        meter.CreateObservableCounter("livestream.publish.written", () => Written, description: "Settled versions that Redis took");
        meter.CreateObservableCounter("livestream.publish.live_written", () => LiveWritten, description: "Live objects that Redis took");
        meter.CreateObservableCounter("livestream.publish.replaced", () => Replaced, description: "Settled versions that a newer one replaced unwritten");
        meter.CreateObservableCounter("livestream.publish.fenced", () => Fenced, description: "Writes that Redis refused because it has newer state");
        meter.CreateObservableCounter("livestream.publish.failed", () => Failed, description: "Writes that did not return or returned an error");
        meter.CreateObservableCounter("livestream.publish.reconnections", () => Reconnections, description: "Connections made after the first one");
        meter.CreateObservableCounter("livestream.publish.healed", () => Healed, description: "Rooms found missing or changed in Redis and written whole");
        meter.CreateObservableCounter("livestream.publish.refused_rooms", () => RefusedRooms, description: "Puts of rooms beyond the cap");
        meter.CreateObservableGauge("livestream.publish.pending_rooms", () => PendingRooms, description: "Rooms that wait to be written");
        meter.CreateObservableGauge("livestream.publish.pending_bytes", () => PendingBytes, "By", "Bytes that wait to be written");
        meter.CreateObservableGauge("livestream.publish.rooms", () => Rooms, description: "Rooms that are published");
        meter.CreateObservableGauge("livestream.publish.live_interval", () => LiveIntervalMs, "ms", "Distance of two live writes of a room");
    }

    /// <summary>Settled versions that Redis took.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Live objects that Redis took.</summary>
    public long LiveWritten => Interlocked.Read(ref liveWritten);

    /// <summary>Settled versions that a newer one replaced before they were written.</summary>
    public long Replaced => Interlocked.Read(ref replaced);

    /// <summary>Writes that Redis refused because it has newer state.</summary>
    public long Fenced => Interlocked.Read(ref fenced);

    /// <summary>Writes that did not return in time or returned an error; each is tried again.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Connections made after the first one.</summary>
    public long Reconnections => Interlocked.Read(ref reconnections);

    /// <summary>Rooms found missing or changed in Redis and written whole.</summary>
    public long Healed => Interlocked.Read(ref healed);

    /// <summary>Snapshots and live numbers of rooms beyond the cap.</summary>
    public long RefusedRooms => Interlocked.Read(ref refusedRooms);

    /// <summary>Rooms that wait to be written, a second old at most.</summary>
    public long PendingRooms => Interlocked.Read(ref pendingRooms);

    /// <summary>Bytes that wait to be written, a second old at most.</summary>
    public long PendingBytes => Interlocked.Read(ref pendingBytes);

    /// <summary>Rooms that are published.</summary>
    public long Rooms => Interlocked.Read(ref rooms);

    /// <summary>Distance of two live writes of a room, as stretched as it is now.</summary>
    public long LiveIntervalMs => Interlocked.Read(ref liveIntervalMs);

    /// <summary>Takes the instruments away.</summary>
    public void Dispose() => meter.Dispose();

    internal void CountWritten() => Interlocked.Increment(ref written);

    internal void CountLiveWritten() => Interlocked.Increment(ref liveWritten);

    internal void CountReplaced() => Interlocked.Increment(ref replaced);

    internal void CountFenced() => Interlocked.Increment(ref fenced);

    internal void CountFailed() => Interlocked.Increment(ref failed);

    internal void CountReconnection() => Interlocked.Increment(ref reconnections);

    internal void CountHealed() => Interlocked.Increment(ref healed);

    internal void CountRefusedRoom() => Interlocked.Increment(ref refusedRooms);

    internal void SetGauges(long allRooms, long waitingRooms, long waitingBytes, long intervalMs)
    {
        Interlocked.Exchange(ref rooms, allRooms);
        Interlocked.Exchange(ref pendingRooms, waitingRooms);
        Interlocked.Exchange(ref pendingBytes, waitingBytes);
        Interlocked.Exchange(ref liveIntervalMs, intervalMs);
    }
}
