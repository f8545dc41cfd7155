namespace LiveStream.Publish.Redis;

/// <summary>
/// Where a room's lane leaves its newest bytes and the publisher's writers take them: one settled version that is held, one that was
/// let out, the live numbers, and what Redis is known to hold. Older ones are replaced, so it never grows. Every member locks for a few
/// copies only. Locks are taken in this order: mailbox, live slot.
/// </summary>
internal sealed class RoomMailbox(string room, int group, RoomKeys keys)
{
    /// <summary>For a room of which only the end was heard, and not which group it was in.</summary>
    public const int NoGroup = -1;

    private readonly Lock gate = new();
    private int group = group;
    private SettledWrite? newest;
    private SettledWrite? held;
    private StoredState? stored;
    private bool dirty;
    private bool queued;
    private bool sending;
    private bool closed;
    private bool removed;
    private bool everWritten;
    private bool settledAccepted;
    private long acceptedAtMs = long.MinValue / 2;

    /// <summary>Room id.</summary>
    public string Room { get; } = room;

    /// <summary>Partition group of the room, or <see cref="NoGroup"/>.</summary>
    public int Group
    {
        get => Volatile.Read(ref group);
        set => Volatile.Write(ref group, value);
    }

    /// <summary>Names of its keys.</summary>
    public RoomKeys Keys { get; } = keys;

    /// <summary>When a settled version may be let out; of the lane.</summary>
    public SettledPace Pace = new();

    /// <summary>The live numbers.</summary>
    public LiveSlot Live { get; } = new();

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

    /// <summary>T of the newest version that was let out, ms since the Unix epoch; 0 before the first.</summary>
    public long SettledMs => Newest?.AsOfMs ?? 0;

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
                return closed && !dirty && !sending;
            }
        }
    }

    /// <summary>Whether the room's last session is over.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
            {
                return closed;
            }
        }
    }

    /// <summary>Whether it has left for good.</summary>
    public bool IsRemoved
    {
        get
        {
            lock (gate)
            {
                return removed;
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
                return held is not null || dirty || sending || Live.IsWaiting;
            }
        }
    }

    /// <summary>Name of the session that was over last, for a room of which this process wrote nothing.</summary>
    public string? OverSession { get; private set; }

    /// <summary>
    /// The least T of settled numbers that should be in Redis, ms since the Unix epoch: of the version that it took last, 1 when it took any, 0 when
    /// nothing is known of it.
    /// </summary>
    public long ExpectedMs
    {
        get
        {
            lock (gate)
            {
                return !everWritten || sending ? 0 : stored?.Write.AsOfMs ?? 1;
            }
        }
    }

    /// <summary>Whether Redis took the room's newest writes, none of them sent before <paramref name="sinceMs"/>: a process that slept lists nothing.</summary>
    public bool IsShown(long sinceMs)
    {
        lock (gate)
        {
            return settledAccepted && !closed && Math.Max(acceptedAtMs, Live.AcceptedAtMs) >= sinceMs;
        }
    }

    /// <summary>Bytes that wait to be written.</summary>
    public long PendingBytes
    {
        get
        {
            lock (gate)
            {
                return (dirty && newest is not null ? newest.Bytes : 0) + Live.PendingBytes;
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
            Live.Open();
            return true;
        }
    }

    /// <summary>Lets the version that is held out, null when none is; <paramref name="replaced"/> when one that was never written gives way.</summary>
    public SettledWrite? Release(out bool replaced)
    {
        lock (gate)
        {
            replaced = held is not null && dirty && !sending;
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
            var wanted = dirty && !queued && !sending && !removed;
            queued |= wanted;
            return wanted;
        }
    }

    /// <summary>Takes the call that brings Redis up to date; none with epoch 0.</summary>
    public bool TryTakeSettled(long epoch, long expireSeconds, out SettledCall call)
    {
        lock (gate)
        {
            queued = false;
            call = default;
            if (removed || !dirty || newest is null || epoch == 0)
            {
                return false;
            }

            sending = true;
            call = new SettledCall(newest, epoch, Keys.Settled(newest.Windows), SettledArguments.Of(newest, epoch, stored, expireSeconds, Keys.Channel));
            return true;
        }
    }

    /// <summary>The script's reply. True when the room must be queued again.</summary>
    public bool SettledReplied(in SettledCall call, long reply, long sentAtMs)
    {
        lock (gate)
        {
            sending = false;
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
            queued = wanted;
            return wanted;
        }
    }

    /// <summary>The call did not return: what Redis holds is unknown.</summary>
    public void SettledFailed()
    {
        lock (gate)
        {
            sending = false;
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

    /// <summary>The last session of the room is over.</summary>
    public void Close(string session)
    {
        lock (gate)
        {
            closed = true;
            OverSession = session;
            Live.Close(forGood: false);
        }
    }

    /// <summary>Leaves for good, unless something came in meanwhile.</summary>
    /// <param name="always">The group is lost: nothing of it may be written any more.</param>
    public bool TryRemove(bool always)
    {
        lock (gate)
        {
            removed |= always || (closed && !dirty && held is null && !sending);
            if (removed)
            {
                Live.Close(forGood: true);
            }

            return removed;
        }
    }
}
