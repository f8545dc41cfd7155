using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// One partition group in one lane: its rooms, the slices that wait for the watermark, and T up to which it is settled.
/// Owned by the lane's loop.
/// </summary>
internal sealed class LaneGroup
{
    private const long ReplaySweepMs = 60_000;

    private readonly LaneState _lane;
    private readonly SessionRunner _runner;
    private readonly RoomTable _rooms;
    private readonly Dictionary<long, PendingSlice> _slices = [];
    private readonly PriorityQueue<PendingSlice, long> _order = new();
    private readonly Stack<PendingSlice> _spare = new();
    private int[] _nameMap = new int[256];
    private long _sweptMs = long.MinValue;

    public LaneGroup(LaneState lane, int group)
    {
        _lane = lane;
        Group = group;
        _rooms = new RoomTable(lane);
        _runner = new SessionRunner(lane, group);
    }

    public int Group { get; }

    /// <summary>Rooms that it holds.</summary>
    public Dictionary<int, RoomEntry>.ValueCollection Rooms => _rooms.Entries;

    /// <summary>How many rooms it holds.</summary>
    public int RoomCount => _rooms.Entries.Count;

    /// <summary>One more than the largest number that a room of it has had.</summary>
    public int RoomBound => _rooms.Bound;

    /// <summary>T up to which the group is settled.</summary>
    public long SettledMs { get; private set; } = long.MinValue;

    /// <summary>Takes the events of a batch into their slices.</summary>
    public void TakeIn(EventBatch batch)
    {
        MapNames(batch);
        PendingSlice? slice = null;
        long sliceEndMs = 0;
        var counts = default(SettleCounts);
        var buffered = 0;
        foreach (ref readonly var arrived in batch.Events)
        {
            if (_lane.Counters.Buffered + buffered >= _lane.MaxBuffered)
            {
                counts.RejectedCapacity++;
                _rooms.MarkCapped(_nameMap[arrived.Room], arrived.TimeMs);
                continue;
            }

            var e = arrived;
            var entry = _rooms.GetOrAdd(_nameMap[e.Room], e.TimeMs);
            e.Room = entry.Number;
            e.Session = Mapped(e.Session);
            e.Product = Mapped(e.Product);
            e.Name = Mapped(e.Name);
            if (slice is null || e.TimeMs < slice.StartMs || e.TimeMs >= sliceEndMs)
            {
                slice = SliceOf(e.TimeMs);
                sliceEndMs = slice.StartMs + EngineOptions.HopMs;
            }

            slice.Append(e, batch);
            entry.Arrive(e, e.Type == EventType.Payment ? batch.Detail(e.Detail).Value : 0);
            _rooms.MarkStale(entry);
            buffered++;
        }

        _lane.Counters.AddBuffered(buffered);
        _lane.Counters.Add(counts);
    }

    /// <summary>Settles everything before T.</summary>
    public void Settle(long settledMs)
    {
        if (_lane.Cadence.Kind == Options.CadenceKind.EverySettledSecond)
        {
            SettleSecondBySecond(settledMs);
        }
        else
        {
            while (_order.TryPeek(out var slice, out var startMs) && startMs < settledMs)
            {
                Apply(slice);
            }
        }

        SettledMs = settledMs;
        if (_lane.IsLive || settledMs - ReplaySweepMs >= _sweptMs)
        {
            CloseQuiet(settledMs);
        }

        if (_lane.IsLive)
        {
            AdvanceAll(settledMs);
        }

        _lane.Sink.OnSettled(Group, settledMs);
    }

    /// <summary>The group's input has ended: settles what is left and finishes every session.</summary>
    public void Finish()
    {
        while (_order.TryPeek(out var slice, out _))
        {
            Apply(slice);
        }

        CloseRooms();
    }

    /// <summary>Forgets everything without finishing it; events that waited count as never read, since the group's next owner reads them.</summary>
    public void Drop()
    {
        _lane.Counters.Drop(_slices.Values.Sum(s => s.Count));
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.CloseAll();
            while (entry.Room.TakeClosed(out _))
            {
            }
        }

        _slices.Clear();
        _order.Clear();
        _rooms.Clear();
    }

    /// <summary>Hands out the live numbers of rooms that changed.</summary>
    public void HandOutLive(long watermarkMs, long offsetSum)
    {
        foreach (var entry in _rooms.TakeStale())
        {
            _runner.HandOutLive(entry, watermarkMs, offsetSum);
        }
    }

    /// <summary>Marks every name that the group refers to.</summary>
    public void MarkNames()
    {
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.MarkNames();
        }

        foreach (var slice in _slices.Values)
        {
            foreach (ref readonly var e in slice.Events)
            {
                _lane.Names.Mark(e.Session);
                _lane.Names.Mark(e.Product);
                _lane.Names.Mark(e.Name);
            }
        }
    }

    private void MapNames(EventBatch batch)
    {
        if (_nameMap.Length < batch.NameCount)
        {
            _nameMap = new int[batch.NameCount * 2];
        }

        for (var i = 0; i < batch.NameCount; i++)
        {
            _nameMap[i] = _lane.Names.Intern(batch.NameText(i), batch.NameHashOf(i));
        }
    }

    private int Mapped(int name) => name < 0 ? NameTable.None : _nameMap[name];

    private PendingSlice SliceOf(long timeMs)
    {
        var startMs = timeMs - (timeMs % EngineOptions.HopMs);
        if (!_slices.TryGetValue(startMs, out var slice))
        {
            slice = _spare.TryPop(out var spare) ? spare : new PendingSlice();
            slice.Reset(startMs);
            _slices.Add(startMs, slice);
            _order.Enqueue(slice, startMs);
        }

        return slice;
    }

    private void Apply(PendingSlice slice)
    {
        _order.Dequeue();
        _slices.Remove(slice.StartMs);
        var counts = default(SettleCounts);
        _lane.Sorter.Group(slice.Events, _rooms.Bound);
        for (var n = 0; n < _lane.Sorter.Rooms.Length; n++)
        {
            var entry = _rooms[_lane.Sorter.Rooms[n]];
            var events = _lane.Sorter.Take(slice.Events, n, slice.StartMs);
            entry.Depart(events, slice.Details);
            _runner.Apply(entry, events, slice, ref counts);
            _rooms.MarkStale(entry);
        }

        _lane.Counters.AddBuffered(-slice.Count);
        _lane.Counters.Add(counts);
        slice.Reset(0);
        if (_spare.Count < 8)
        {
            _spare.Push(slice);
        }
    }

    private void SettleSecondBySecond(long settledMs)
    {
        while (_order.TryPeek(out var slice, out var startMs) && startMs < settledMs)
        {
            AdvanceAll(startMs);
            Apply(slice);
        }

        AdvanceAll(settledMs);
    }

    private void AdvanceAll(long settledMs)
    {
        foreach (var entry in _rooms.Entries)
        {
            _runner.Advance(entry, settledMs);
        }
    }

    private void CloseQuiet(long settledMs)
    {
        _sweptMs = settledMs;
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.CloseQuiet(settledMs);
            if (entry.Room.HasClosed)
            {
                _runner.FinishClosed(entry);
            }
        }

        _rooms.RemoveEmpty();
    }

    private void CloseRooms()
    {
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.CloseAll();
            _runner.FinishClosed(entry);
        }

        _rooms.RemoveEmpty();
    }
}
