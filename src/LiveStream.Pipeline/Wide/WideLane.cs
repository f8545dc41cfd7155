using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Wide;

/// <summary>
/// The wide rooms of one group in one lane: makes a room wide, takes over parts, settles seconds. Owned by the lane's group.
/// </summary>
internal sealed class WideLane(LaneState lane, RoomTable rooms, SessionRunner runner, int group)
{
    private readonly List<RoomEntry> _entries = [];

    /// <summary>Rooms of which the leader has not sent this lane its part yet.</summary>
    private readonly List<byte[]> _awaited = [];

    /// <summary>Parts of rooms that leaders ahead of this lane have sent before it was told that they are wide.</summary>
    private readonly List<LaneLetter> _early = [];

    /// <summary>The rooms.</summary>
    public List<RoomEntry> Entries => _entries;

    /// <summary>Whether the group has to wait for a leader.</summary>
    public bool AwaitsImage => _awaited.Count > 0;

    /// <summary>Whether parts wait to be added.</summary>
    public bool IsMerging => WaitsForMs != long.MaxValue;

    /// <summary>The least T of a snapshot that waits for parts; <see cref="long.MaxValue"/> when none does.</summary>
    public long WaitsForMs
    {
        get
        {
            var least = long.MaxValue;
            foreach (var entry in _entries)
            {
                least = Math.Min(least, entry.Wide!.Merge?.WaitsForMs ?? long.MaxValue);
            }

            return least;
        }
    }

    /// <summary>A room becomes wide: its leader parts with the other lanes' viewers, who wait for them.</summary>
    /// <param name="room">Room id.</param>
    /// <param name="saver">A checkpoint that is being written and must hold the room as it was.</param>
    public void Widen(byte[] room, Recovery.ImageWriter? saver)
    {
        var leader = RoomRouting.LaneOf(Metrics.Names.NameHash.Compute(room), lane.Lanes);
        if (leader != lane.Number)
        {
            var at = _early.FindIndex(letter => letter.Room.AsSpan().SequenceEqual(room));
            if (at < 0)
            {
                _awaited.Add(room);
                return;
            }

            TakeOver(_early[at]);
            _early.RemoveAt(at);
            return;
        }

        var entry = rooms.GetOrAdd(lane.Names.Intern(room), long.MinValue);
        saver?.Save(entry);
        runner.HandOutOwed(entry);
        entry.MarkForSaving();
        var writer = new StateWriter(lane.Names);
        entry.Save(writer);
        var image = writer.Complete();
        var pendingOf = PendingOf(entry);
        for (var other = 0; other < lane.Lanes; other++)
        {
            if (other != leader)
            {
                lane.Post.Send(other, new LaneLetter(group, room) { Image = image, Pending = pendingOf[other], From = leader });
            }
        }

        var pending = entry.Pending;
        entry.Room.BecomePart(IsOwn, keepsCounts: true);
        Attach(entry, leader);
        lane.Counters.AddBuffered(entry.Pending - pending);
    }

    /// <summary>A letter came.</summary>
    public void Take(in LaneLetter letter)
    {
        if (letter.Image is not null)
        {
            // It belongs behind the message that says so: an image that is taken before holds the room as the leader has it there.
            var room = letter.Room;
            if (_awaited.RemoveAll(awaited => awaited.AsSpan().SequenceEqual(room)) > 0)
            {
                TakeOver(letter);
            }
            else
            {
                _early.Add(letter);
            }
        }
        else if (Find(letter.Room) is { Wide: { Merge: { } merge } wide } entry)
        {
            if (letter.Part is { } part)
            {
                merge.Take(part);
            }
            else if (letter.Live is { } live)
            {
                wide.SetLive(letter.From, live);
                rooms.MarkStale(entry);
            }
        }
    }

    /// <summary>The group is given up: events that were on their way here count as never read.</summary>
    public void Drop()
    {
        _early.ForEach(letter => Drop(lane, letter));
        _early.Clear();
        _awaited.Clear();
        _entries.Clear();
    }

    /// <summary>A letter is of no use to its receiver: events that it has for him count as never read.</summary>
    public static void Drop(LaneState lane, in LaneLetter letter)
    {
        lane.Counters.AddBuffered(letter.Pending);
        lane.Counters.Drop(letter.Pending);
    }

    /// <summary>Takes note of seconds that are about to settle.</summary>
    public void Add(WideNews news)
    {
        foreach (var second in news.Seconds)
        {
            Find(news.Room)!.Wide!.Add(second);
        }
    }

    /// <summary>A room is as any other again; it has neither sessions nor events, and no lane but its own may have it in an image.</summary>
    public void Narrow(byte[] room)
    {
        if (Find(room) is { } entry)
        {
            _entries.Remove(entry);
            entry.Wide = null;
            entry.Room.IsWing = false;
            entry.Room.OpensParts = false;
            rooms.RemoveIfEmpty(entry);
        }
    }

    /// <summary>Applies the seconds of a wide room before T.</summary>
    public void ApplyUntil(RoomEntry entry, long settledMs, ref SettleCounts counts)
    {
        while (entry.Wide!.TryTake(settledMs, out var second))
        {
            var slice = entry.Take(second.StartMs);
            runner.Advance(entry, second.StartMs);
            runner.ApplyWide(entry, second, slice, ref counts);
            if (slice is not null)
            {
                lane.Counters.AddBuffered(slice.Foreign - slice.Count);
                entry.Return(slice);
                rooms.MarkStale(entry);
            }
        }
    }

    /// <summary>
    /// Puts a room together from the parts that an image holds of it, for whatever number of lanes there is now: the leader keeps what was counted, every
    /// lane its viewers and all that is remembered of trade.
    /// </summary>
    /// <param name="entry">The part of the leader that was; not held yet.</param>
    /// <param name="wings">The other parts.</param>
    public void Assemble(RoomEntry entry, List<RoomEntry> wings)
    {
        var leader = RoomRouting.LaneOf(Metrics.Names.NameHash.Compute(lane.Names[entry.Room.Name]), lane.Lanes);
        var keepsCounts = leader == lane.Number;
        entry.Room.BecomePart(IsOwn, keepsCounts);
        foreach (var wing in wings)
        {
            entry.Room.AddPart(wing.Room, IsOwn, keepsCounts);
            entry.AddSlices(wing);
        }

        if (lane.Lanes == 1)
        {
            entry.Room.BecomeWhole();
            entry.Room.IsWing = false;
            KeepEvents(entry, (ref RoomEvent e) => !e.Foreign);
        }
        else
        {
            Attach(entry, leader);
        }

        rooms.Hold(entry);
        lane.Counters.Restore(entry.Pending);
        lane.Caps.Restore(keepsCounts && entry.Room.Open.Count > 0 ? 1 : 0, 0);
    }

    /// <summary>Whether this lane counts a viewer of a wide room.</summary>
    public bool IsOwn(ulong viewer) => RoomRouting.LaneOfViewer(viewer, lane.Lanes) == lane.Number;

    private void TakeOver(in LaneLetter letter)
    {
        var reader = new StateReader(letter.Image!.Value, lane.Names) { OwnViewers = IsOwn };
        reader.BeginRoom(out var room, out _, out _);
        var entry = rooms.GetOrAdd(lane.Names.Intern(room), long.MinValue);
        entry.Room.IsWing = true;
        entry.Restore(ref reader);
        entry.Room.BecomePart(IsOwn, keepsCounts: false);
        Attach(entry, letter.From);
        lane.Counters.AddBuffered(entry.Pending);
    }

    // The seconds of events that wait are known to all lanes in the same way: each has seen all of them.
    private void Attach(RoomEntry entry, int leader)
    {
        var isLeader = leader == lane.Number;
        entry.Wide = new WideEntry(leader, lane.Lanes)
        {
            Merge = isLeader ? new WideMerge(lane.Lanes, leader, (snapshot, own) => runner.HandOutMerged(entry, snapshot, own)) : null,
        };
        foreach (var slice in entry.Slices)
        {
            entry.Wide.Add(SecondOf(slice));
        }

        entry.Room.IsWing = !isLeader;
        entry.Room.OpensParts = true;
        _entries.Add(entry);

        KeepEvents(entry, (ref RoomEvent e) => Stays(ref e, isLeader));
    }

    // Of the events that wait, those that another lane counts from here on.
    private int[] PendingOf(RoomEntry entry)
    {
        var pending = new int[lane.Lanes];
        foreach (var slice in entry.Slices)
        {
            foreach (ref readonly var e in slice.Events)
            {
                if (EventTypes.IsViewer(e.Type))
                {
                    pending[RoomRouting.LaneOfViewer(e.Viewer, lane.Lanes)]++;
                }
            }
        }

        return pending;
    }

    private WideSecond SecondOf(RoomSlice slice)
    {
        var second = new WideSecond(slice.StartMs);
        foreach (ref readonly var e in slice.Events)
        {
            var session = e.Session < 0 ? [] : lane.Names[e.Session];
            second.Note(e.Type, e.TimeMs, session, e.Moved, e.Moved ? slice.Details[e.Detail].OriginalTimeMs : e.TimeMs);
        }

        return second;
    }

    private static void KeepEvents(RoomEntry entry, EventTest stays)
    {
        foreach (var slice in entry.Slices)
        {
            slice.KeepOnly(stays);
        }

        entry.ForgetLive();
    }

    private bool Stays(ref RoomEvent e, bool isLeader)
    {
        if (!EventTypes.IsViewer(e.Type))
        {
            return isLeader;
        }

        if (IsOwn(e.Viewer))
        {
            var wasForeign = e.Foreign;
            e.Foreign = false;
            return !wasForeign;
        }

        // What was foreign before is there once more, as its own lane's.
        if (!isLeader || e.Foreign || !(EventTypes.IsTrade(e.Type) || e.Product >= 0))
        {
            return false;
        }

        e.Foreign = true;
        return true;
    }

    private RoomEntry? Find(byte[] room) => _entries.Find(e => lane.Names[e.Room.Name].AsSpan().SequenceEqual(room));
}
