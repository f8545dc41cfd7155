using System.Buffers;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// One partition group in one lane: its rooms with the events that wait for the watermark, and T up to which it is settled.
/// Owned by the lane's loop.
/// </summary>
internal sealed class LaneGroup
{
    private const long ReplaySweepMs = 60_000;

    private readonly LaneState _lane;
    private readonly SessionRunner _runner;
    private readonly RoomTable _rooms;
    private readonly LaneNames _names;
    private GroupSaver? _saver;
    private long _sweptMs = long.MinValue;

    public LaneGroup(LaneState lane, int group)
    {
        _lane = lane;
        Group = group;
        _rooms = new RoomTable(lane);
        _names = new LaneNames(lane.Names);
        _runner = new SessionRunner(lane, group);
    }

    public int Group { get; }

    /// <summary>Rooms that it holds.</summary>
    public List<RoomEntry> Rooms => _rooms.Entries;

    /// <summary>T up to which the group is settled.</summary>
    public long SettledMs { get; private set; } = long.MinValue;

    /// <summary>Whether a checkpoint of it is being written.</summary>
    public bool IsSaving => _saver is not null;

    /// <summary>Sessions that begin before this time are not whole.</summary>
    public void SetWholeFrom(long timeMs) => _rooms.WholeFromMs = timeMs;

    /// <summary>Begins to write down what it holds now; one that is being written is written to its end first.</summary>
    public void Save(TaskCompletionSource<ReadOnlySequence<byte>> saved)
    {
        SaveSome(long.MaxValue / 2);
        _saver = new GroupSaver(_lane.Names, _rooms.Entries, saved);
    }

    /// <summary>Writes some more of it down.</summary>
    public void SaveSome(long bytes)
    {
        _saver?.SaveSome(bytes);
        if (_saver is { IsDone: true })
        {
            _saver = null;
        }
    }

    /// <summary>Takes over the rooms of an image that are this lane's.</summary>
    /// <exception cref="InvalidDataException">The image is not one; nothing of it is held.</exception>
    public void Restore(GroupImage image, int lane, int lanes)
    {
        SettledMs = image.SettledMs;
        try
        {
            foreach (var section in image.Sections)
            {
                for (var reader = new StateReader(section, _lane.Names); !reader.End;)
                {
                    reader.BeginRoom(out var room, out var length);
                    var hash = NameHash.Compute(room);
                    if (RoomRouting.LaneOf(hash, lanes) != lane)
                    {
                        reader.Skip(length);
                        continue;
                    }

                    var entry = _rooms.GetOrAdd(_lane.Names.Intern(room, hash), long.MinValue);
                    entry.Restore(ref reader);
                    _lane.Counters.Restore(entry.Pending);
                }
            }
        }
        catch (InvalidDataException)
        {
            Drop();
            throw;
        }
    }

    /// <summary>Takes the events of a batch into their slices.</summary>
    public void TakeIn(EventBatch batch)
    {
        _names.Learn(batch);
        var events = batch.Events;
        var room = _lane.MaxBuffered - _lane.Counters.Buffered;
        var taken = (int)Math.Min(events.Length, Math.Max(0, room));
        for (var i = 0; i < taken; i++)
        {
            ref readonly var arrived = ref events[i];
            var entry = _names.EntryOf(batch.Rooms[i], arrived.TimeMs, _rooms);
            ref var e = ref entry.SliceOf(arrived.TimeMs).Append(arrived, batch);
            e.Session = _names.Of(e.Session);
            e.Product = _names.Of(e.Product);
            e.Name = _names.Of(e.Name);
            _rooms.MarkStale(entry);
        }

        _lane.Counters.AddBuffered(taken);
        if (taken < events.Length)
        {
            TurnAway(batch, taken);
        }
    }

    /// <summary>Settles everything before T.</summary>
    public void Settle(long settledMs)
    {
        SettledMs = settledMs;
        var sweep = _lane.Cadence.Kind != CadenceKind.Replay || settledMs - ReplaySweepMs >= _sweptMs;
        _sweptMs = sweep ? settledMs : _sweptMs;
        var counts = default(SettleCounts);
        for (var i = _rooms.Entries.Count - 1; i >= 0; i--)
        {
            Settle(_rooms.Entries[i], settledMs, sweep, ref counts);
        }

        _lane.Counters.Add(counts);
        _lane.Sink.OnSettled(Group, settledMs);
    }

    /// <summary>The group's input has ended: settles what is left and finishes every session.</summary>
    public void Finish()
    {
        var counts = default(SettleCounts);
        for (var i = _rooms.Entries.Count - 1; i >= 0; i--)
        {
            var entry = _rooms.Entries[i];
            _saver?.Save(entry);
            ApplyUntil(entry, long.MaxValue, ref counts);
            entry.Room.CloseAll();
            _runner.FinishClosed(entry);
            _rooms.RemoveIfEmpty(entry);
        }

        _lane.Counters.Add(counts);
    }

    /// <summary>Forgets everything without finishing it; events that waited count as never read, since the group's next owner reads them.</summary>
    public void Drop()
    {
        _saver?.Cancel();
        _saver = null;
        _lane.Counters.Drop(_rooms.Entries.Sum(e => e.Pending));
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.CloseAll();
            while (entry.Room.TakeClosed(out _))
            {
            }
        }

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
        _names.Mark();
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.MarkNames();
            foreach (var slice in entry.Slices)
            {
                foreach (ref readonly var e in slice.Events)
                {
                    _lane.Names.Mark(e.Session);
                    _lane.Names.Mark(e.Product);
                    _lane.Names.Mark(e.Name);
                }
            }
        }
    }

    private void TurnAway(EventBatch batch, int from)
    {
        for (var i = from; i < batch.Count; i++)
        {
            _rooms.MarkCapped(_names.Of(batch.Rooms[i]), batch.Events[i].TimeMs);
        }

        _lane.Counters.Add(new SettleCounts { RejectedCapacity = batch.Count - from });
    }

    private void Settle(RoomEntry entry, long settledMs, bool sweep, ref SettleCounts counts)
    {
        _saver?.Save(entry);
        ApplyUntil(entry, settledMs, ref counts);
        if (sweep)
        {
            entry.Room.CloseQuiet(settledMs);
            if (entry.Room.HasClosed)
            {
                _runner.FinishClosed(entry);
            }
        }

        if (_lane.Cadence.Kind != CadenceKind.Replay)
        {
            _runner.Advance(entry, settledMs);
        }

        if (sweep)
        {
            _rooms.RemoveIfEmpty(entry);
        }
    }

    private void ApplyUntil(RoomEntry entry, long settledMs, ref SettleCounts counts)
    {
        while (entry.Slices.Count > 0 && entry.Slices[0].StartMs < settledMs)
        {
            var slice = entry.TakeOldest();
            if (_lane.Cadence.Kind == CadenceKind.EverySettledSecond)
            {
                _runner.Advance(entry, slice.StartMs);
            }

            _runner.Apply(entry, _lane.Order.Of(slice), slice, ref counts);
            _lane.Counters.AddBuffered(-slice.Count);
            entry.Return(slice);
            _rooms.MarkStale(entry);
        }
    }
}
