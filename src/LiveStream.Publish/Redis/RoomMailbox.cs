using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Where a room's lane leaves its newest bytes and the publisher's writers take them: one settled version, one live object, and
/// what Redis is known to hold. Older ones are replaced, so it never grows. Every member locks for a few copies only.
/// </summary>
internal sealed class RoomMailbox(string room, int group, RoomKeys keys)
{
    private readonly Lock gate = new();
    private readonly LiveFigures live = new();
    private SettledWrite? newest;
    private SettledWrite? held;
    private StoredState? stored;
    private byte[] liveJson = [];
    private byte[] liveSession = [];
    private bool dirty;
    private bool settledQueued;
    private bool settledSending;
    private bool liveDirty;
    private bool liveQueued;
    private bool liveSending;
    private bool closed;
    private bool removed;
    private bool everWritten;
    private bool settledAccepted;
    private long acceptedAtMs = long.MinValue / 2;

    /// <summary>Room id.</summary>
    public string Room { get; } = room;

    /// <summary>Partition group of the room.</summary>
    public int Group { get; } = group;

    /// <summary>Names of its keys.</summary>
    public RoomKeys Keys { get; } = keys;

    /// <summary>When a settled version was last let out, by the wall clock; of the lane.</summary>
    public long ReleasedAtMs { get; set; } = long.MinValue / 2;

    /// <summary>When the live object was last let out, by the wall clock.</summary>
    public long LiveAtMs { get; private set; } = long.MinValue / 2;

    /// <summary>Whether the lane waits to let live numbers out; of the lane.</summary>
    public bool LiveHeld { get; set; }

    /// <summary>Online as last written to the list of rooms, -1 before; of the index.</summary>
    public long IndexedOnline { get; set; } = -1;

    /// <summary>The newest version that was let out, or null.</summary>
    public SettledWrite? Newest
    {
        get
        {
            lock (gate)
            {
                return newest;
            }
        }
    }

    /// <summary>The newest version that was put in, or null.</summary>
    public SettledWrite? Latest
    {
        get
        {
            lock (gate)
            {
                return held ?? newest;
            }
        }
    }

    /// <summary>The session is over and nothing waits to be written.</summary>
    public bool Finished
    {
        get
        {
            lock (gate)
            {
                return closed && !dirty && !settledSending;
            }
        }
    }

    /// <summary>Whether anything of it has still to reach Redis.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (gate)
            {
                return held is not null || dirty || settledSending || liveDirty || liveSending;
            }
        }
    }

    /// <summary>Name of the session that was over last, for a room of which this process wrote nothing.</summary>
    public string? OverSession { get; private set; }

    /// <summary>Whether Redis took the room's newest writes, none of them sent before <paramref name="sinceMs"/>: a process that slept lists nothing.</summary>
    public bool IsShown(long sinceMs)
    {
        lock (gate)
        {
            return settledAccepted && !closed && acceptedAtMs >= sinceMs;
        }
    }

    /// <summary>Bytes that wait to be written.</summary>
    public long PendingBytes
    {
        get
        {
            lock (gate)
            {
                return (dirty && newest is not null ? newest.Bytes : 0) + (liveDirty ? liveJson.Length : 0);
            }
        }
    }

    /// <summary>Puts a version in; <paramref name="replaced"/> when one that was held gives way. False: the mailbox has left.</summary>
    public bool TryPut(SettledWrite write, out bool replaced)
    {
        lock (gate)
        {
            replaced = held is not null;
            if (removed)
            {
                return false;
            }

            held = write;
            closed = false;
            return true;
        }
    }

    /// <summary>Lets the version that is held out, null when none is; <paramref name="replaced"/> when one that was never written gives way.</summary>
    public SettledWrite? Release(out bool replaced)
    {
        lock (gate)
        {
            replaced = held is not null && dirty && !settledSending;
            if (held is null || removed)
            {
                return null;
            }

            newest = held;
            held = null;
            dirty = true;
            return newest;
        }
    }

    /// <summary>True when the caller must queue the room for its settled numbers.</summary>
    public bool TryQueueSettled()
    {
        lock (gate)
        {
            var wanted = dirty && !settledQueued && !settledSending && !removed;
            settledQueued |= wanted;
            return wanted;
        }
    }

    /// <summary>Takes the call that brings Redis up to date.</summary>
    public bool TryTakeSettled(long epoch, long expireSeconds, out SettledCall call)
    {
        lock (gate)
        {
            settledQueued = false;
            call = default;
            if (removed || !dirty || newest is null)
            {
                return false;
            }

            settledSending = true;
            call = new SettledCall(newest, epoch, Keys.Settled(newest.Windows), SettledArguments.Of(newest, epoch, stored, expireSeconds, Keys.Channel));
            return true;
        }
    }

    /// <summary>The script's reply. True when the room must be queued again.</summary>
    public bool SettledReplied(in SettledCall call, long reply, long sentAtMs)
    {
        lock (gate)
        {
            settledSending = false;
            if (reply == Scripts.NeedsWhole)
            {
                stored = null;
            }
            else
            {
                settledAccepted = reply == Scripts.Written;
                stored = settledAccepted ? new StoredState(call.Write, call.Epoch) : null;
                everWritten |= settledAccepted;
                acceptedAtMs = settledAccepted ? sentAtMs : acceptedAtMs;
                dirty = !ReferenceEquals(newest, call.Write);
            }

            var wanted = dirty && !removed;
            settledQueued = wanted;
            return wanted;
        }
    }

    /// <summary>The call did not return: what Redis holds is unknown.</summary>
    public void SettledFailed()
    {
        lock (gate)
        {
            settledSending = false;
            stored = null;
        }
    }

    /// <summary>Redis lost the settled keys: write them whole.</summary>
    public void WriteWhole()
    {
        lock (gate)
        {
            stored = null;
            dirty |= newest is not null;
        }
    }

    /// <summary>Copies live numbers in. False: the mailbox has left.</summary>
    public bool TryPutLive(LiveFigures figures)
    {
        lock (gate)
        {
            if (removed)
            {
                return false;
            }

            Array.Copy(figures.Events, live.Events, live.Events.Length);
            live.AtMs = figures.AtMs;
            live.WatermarkMs = figures.WatermarkMs;
            live.GmvMinor = figures.GmvMinor;
            live.Orders = figures.Orders;
            live.Payments = figures.Payments;
            live.Online = figures.Online;
            live.PerSecond = figures.PerSecond;
            live.OffsetSum = Math.Max(live.OffsetSum, figures.OffsetSum);
            KeepSession(figures.Session);
            closed = false;
            return true;
        }
    }

    /// <summary>Settled numbers stand in for live ones until a session has any, so that a restored room says at once that it is there.</summary>
    public void PutLiveIfNone(SessionSnapshot snapshot)
    {
        lock (gate)
        {
            if (liveSession.AsSpan().SequenceEqual(snapshot.Session))
            {
                return;
            }

            var whole = snapshot.SessionWindow;
            Array.Copy(whole.Events, live.Events, live.Events.Length);
            live.AtMs = snapshot.AsOfMs;
            live.WatermarkMs = snapshot.AsOfMs;
            live.GmvMinor = whole.Trade.GmvMinor;
            live.Orders = whole.Trade.Orders;
            live.Payments = whole.Trade.Payments;
            live.Online = snapshot.Online.Now;
            live.PerSecond = 0;
            KeepSession(snapshot.Session);
        }
    }

    /// <summary>Writes the live object anew with the given wall clock; empty when there are no live numbers.</summary>
    public ReadOnlySpan<byte> WriteLive(ArrayBufferWriter<byte> scratch, in CounterTotals counters, long nowMs)
    {
        lock (gate)
        {
            scratch.ResetWrittenCount();
            if (liveSession.Length > 0)
            {
                LiveJson.Write(scratch, live, counters, nowMs);
            }

            return scratch.WrittenSpan;
        }
    }

    /// <summary>Makes the live object the next one to be written; returns it for the board, or null when there are no live numbers.</summary>
    public byte[]? StampLive(ArrayBufferWriter<byte> scratch, in CounterTotals counters, long nowMs)
    {
        lock (gate)
        {
            if (liveSession.Length == 0 || closed || removed)
            {
                return null;
            }

            liveJson = WriteLive(scratch, counters, nowMs).ToArray();
            liveDirty = true;
            LiveAtMs = nowMs;
            return liveJson;
        }
    }

    /// <summary>True when the caller must queue the room for its live numbers.</summary>
    public bool TryQueueLive()
    {
        lock (gate)
        {
            var wanted = liveDirty && !liveQueued && !liveSending && !removed;
            liveQueued |= wanted;
            return wanted;
        }
    }

    /// <summary>Takes the newest live object.</summary>
    public bool TryTakeLive(long epoch, out LiveCall call)
    {
        lock (gate)
        {
            liveQueued = false;
            call = new LiveCall(liveJson, epoch, live.OffsetSum, everWritten && !settledSending);
            if (removed || !liveDirty)
            {
                return false;
            }

            liveDirty = false;
            liveSending = true;
            return true;
        }
    }

    /// <summary>The script's reply. True when the room must be queued again.</summary>
    public bool LiveReplied(long reply, long sentAtMs)
    {
        lock (gate)
        {
            liveSending = false;
            acceptedAtMs = reply > 0 ? Math.Max(acceptedAtMs, sentAtMs) : long.MinValue / 2;
            var wanted = liveDirty && !removed;
            liveQueued = wanted;
            return wanted;
        }
    }

    /// <summary>The call did not return; the object goes out again unless a newer one is there.</summary>
    public void LiveFailed()
    {
        lock (gate)
        {
            liveSending = false;
            liveDirty = true;
        }
    }

    /// <summary>The last session of the room is over.</summary>
    public void Close(string session)
    {
        lock (gate)
        {
            closed = true;
            liveDirty = false;
            OverSession = session;
        }
    }

    /// <summary>Leaves for good, unless something came in meanwhile.</summary>
    /// <param name="always">The group is lost: nothing of it may be written any more.</param>
    public bool TryRemove(bool always)
    {
        lock (gate)
        {
            removed |= always || (closed && !dirty && held is null && !settledSending);
            return removed;
        }
    }

    private void KeepSession(byte[] session)
    {
        if (!liveSession.AsSpan().SequenceEqual(session))
        {
            liveSession = [.. session];
        }
    }
}
