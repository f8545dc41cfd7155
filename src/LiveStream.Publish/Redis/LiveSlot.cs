using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Publish.Redis;

/// <summary>
/// The live numbers of one room, half of its <see cref="RoomMailbox"/>: a copy of the figures, so that they can be stamped anew while
/// nothing happens, and the object that is to be written next. Every member locks for a few copies only.
/// </summary>
internal sealed class LiveSlot
{
    private const long Never = long.MinValue / 2;

    private readonly Lock gate = new();
    private readonly LiveFigures figures = new();
    private byte[] session = [];
    private byte[] json = [];
    private bool dirty;
    private bool queued;
    private bool sending;
    private bool closed;
    private bool removed;
    private long stampedAtMs = Never;
    private long acceptedAtMs = Never;

    /// <summary>Whether the lane waits to let numbers out; of the lane.</summary>
    public bool IsHeld { get; set; }

    /// <summary>When the object was last let out, by the wall clock.</summary>
    public long StampedAtMs => Interlocked.Read(ref stampedAtMs);

    /// <summary>When the last write that Redis took was sent, by the wall clock.</summary>
    public long AcceptedAtMs => Interlocked.Read(ref acceptedAtMs);

    /// <summary>Largest event time that was seen, ms since the Unix epoch.</summary>
    public long AtMs
    {
        get
        {
            lock (gate)
            {
                return figures.AtMs;
            }
        }
    }

    /// <summary>Whether anything has still to reach Redis.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (gate)
            {
                return dirty || sending;
            }
        }
    }

    /// <summary>Bytes that wait to be written.</summary>
    public long PendingBytes
    {
        get
        {
            lock (gate)
            {
                return dirty ? json.Length : 0;
            }
        }
    }

    /// <summary>Copies the numbers in. False: the mailbox has left.</summary>
    public bool TryPut(LiveFigures newer)
    {
        lock (gate)
        {
            if (removed)
            {
                return false;
            }

            Array.Copy(newer.Events, figures.Events, figures.Events.Length);
            figures.AtMs = newer.AtMs;
            figures.WatermarkMs = newer.WatermarkMs;
            figures.GmvMinor = newer.GmvMinor;
            figures.Orders = newer.Orders;
            figures.Payments = newer.Payments;
            figures.Online = newer.Online;
            figures.PerSecond = newer.PerSecond;
            figures.OffsetSum = Math.Max(figures.OffsetSum, newer.OffsetSum);
            KeepSession(newer.Session);
            closed = false;
            return true;
        }
    }

    /// <summary>Settled numbers stand in until a session has live ones, so that a restored room says at once that it is there.</summary>
    public void PutIfNone(SessionSnapshot snapshot)
    {
        lock (gate)
        {
            if (session.AsSpan().SequenceEqual(snapshot.Session))
            {
                return;
            }

            var whole = snapshot.SessionWindow;
            whole.Events.AsSpan().CopyTo(figures.Events);
            figures.AtMs = snapshot.AsOfMs;
            figures.WatermarkMs = snapshot.AsOfMs;
            figures.GmvMinor = whole.Trade.GmvMinor;
            figures.Orders = whole.Trade.Orders;
            figures.Payments = whole.Trade.Payments;
            figures.Online = snapshot.Online.Now;
            figures.PerSecond = 0;
            KeepSession(snapshot.Session);
        }
    }

    /// <summary>The live object with the given wall clock; empty when there are no numbers. Valid until the scratch is used again.</summary>
    public ReadOnlySpan<byte> Write(ArrayBufferWriter<byte> scratch, in CounterTotals counters, long nowMs)
    {
        lock (gate)
        {
            scratch.ResetWrittenCount();
            if (session.Length > 0)
            {
                LiveJson.Write(scratch, figures, counters, nowMs);
            }

            return scratch.WrittenSpan;
        }
    }

    /// <summary>Makes the object the next one to be written; returns it for the board, or null when there are no numbers.</summary>
    public byte[]? Stamp(ArrayBufferWriter<byte> scratch, in CounterTotals counters, long nowMs)
    {
        lock (gate)
        {
            if (session.Length == 0 || closed || removed)
            {
                return null;
            }

            json = Write(scratch, counters, nowMs).ToArray();
            dirty = true;
            Interlocked.Exchange(ref stampedAtMs, nowMs);
            return json;
        }
    }

    /// <summary>True when the caller must queue the room.</summary>
    public bool TryQueue()
    {
        lock (gate)
        {
            var wanted = dirty && !queued && !sending && !removed;
            queued |= wanted;
            return wanted;
        }
    }

    /// <summary>Takes the newest object; none with epoch 0.</summary>
    public bool TryTake(long epoch, long settledMs, long expectedMs, out LiveCall call)
    {
        lock (gate)
        {
            queued = false;
            call = new LiveCall(json, epoch, figures.OffsetSum, settledMs, expectedMs);
            if (removed || !dirty || epoch == 0)
            {
                return false;
            }

            dirty = false;
            sending = true;
            return true;
        }
    }

    /// <summary>The script's reply to a call of the given time. True when the caller must queue the room again.</summary>
    public bool Replied(long reply, long sentAtMs)
    {
        lock (gate)
        {
            sending = false;
            Interlocked.Exchange(ref acceptedAtMs, reply > 0 ? sentAtMs : Never);
            queued = dirty && !removed;
            return queued;
        }
    }

    /// <summary>The call did not return; the object goes out again unless a newer one is there.</summary>
    public void Failed()
    {
        lock (gate)
        {
            sending = false;
            dirty = !closed;
        }
    }

    /// <summary>A session came in.</summary>
    public void Open()
    {
        lock (gate)
        {
            closed = false;
        }
    }

    /// <summary>The room's last session is over, or the room has left this instance for good.</summary>
    public void Close(bool forGood)
    {
        lock (gate)
        {
            closed = true;
            dirty = false;
            removed |= forGood;
        }
    }

    private void KeepSession(byte[] name)
    {
        if (!session.AsSpan().SequenceEqual(name))
        {
            session = [.. name];
        }
    }
}
