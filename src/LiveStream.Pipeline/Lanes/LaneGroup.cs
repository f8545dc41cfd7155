using System.Buffers;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// One partition group in one lane: its rooms with the events that wait for the watermark, and T up to which it is settled.
/// Owned by the lane's loop.
/// </summary>
internal sealed class LaneGroup
{
    private const long ReplaySweepMs = 60_000;

    // Of event time; what T moves by at once when a live group is read with a delay, and less than what it moves by far back.
    private const long MostInStepsMs = 3 * EngineOptions.HopMs;

    private readonly LaneState _lane;
    private readonly SessionRunner _runner;
    private readonly RoomTable _rooms;
    private readonly LaneNames _names;
    private readonly SliceFiller _slices;
    private readonly WideLane _wide;
    private readonly Queue<LaneMessage> _held = new();
    private readonly Queue<long> _unsaid = new();
    private readonly Action<RoomEntry> _payDue;
    private ImageWriter? _saver;
    private TaskCompletionSource<ReadOnlySequence<byte>>? _saveWhenMerged;
    private byte[]? _narrowWhenMerged;
    private long _sweptMs = long.MinValue;
    private long _settledMs = long.MinValue;
    private bool _sweeps;

    // The next room to be settled up to T; below 0 = all are.
    private int _unsettled = -1;

    public LaneGroup(LaneState lane, int group)
    {
        _lane = lane;
        Group = group;
        _rooms = new RoomTable(lane);
        _names = new LaneNames(lane.Names);
        _slices = new SliceFiller(lane, _rooms, _names);
        _runner = new SessionRunner(lane, _rooms, group);
        _wide = new WideLane(lane, _rooms, _runner, group);
        _payDue = _runner.HandOutOwedWhenDue;
    }

    public int Group { get; }

    /// <summary>Rooms that it holds.</summary>
    public List<RoomEntry> Rooms => _rooms.Entries;

    /// <summary>Whether rooms are still to be settled.</summary>
    public bool IsSettling => _unsettled >= 0;

    /// <summary>Whether a checkpoint of it is being written.</summary>
    public bool IsSaving => _saver is not null;

    /// <summary>Sessions that begin before this time are not whole.</summary>
    public void SetWholeFrom(long timeMs) => _rooms.WholeFromMs = timeMs;

    /// <summary>Whether its messages have to wait: other lanes have to send something first, and will.</summary>
    public bool IsHeld => _wide.AwaitsImage || _saveWhenMerged is not null || _narrowWhenMerged is not null;

    /// <summary>Whether other lanes have to send something before it has handed out everything.</summary>
    public bool IsWaiting => IsHeld || _wide.IsMerging;

    /// <summary>Messages that wait while it is held, in order.</summary>
    public Queue<LaneMessage> Held => _held;

    /// <summary>A letter from another lane.</summary>
    public void Take(in LaneLetter letter)
    {
        _wide.Take(letter);
        SaySettled();
        if (_wide.IsMerging)
        {
            return;
        }

        if (_saveWhenMerged is { } saved)
        {
            _saveWhenMerged = null;
            Save(saved);
        }

        if (_narrowWhenMerged is { } room)
        {
            _narrowWhenMerged = null;
            Narrow(room);
        }
    }

    /// <summary>The users of a room are split over all lanes from here on.</summary>
    public void Widen(byte[] room) => _wide.Widen(room, _saver);

    /// <summary>News of a wide room.</summary>
    public void Add(WideNews news) => _wide.Add(news);

    /// <summary>A wide room is as any other again, once its last parts have been added.</summary>
    public void Narrow(byte[] room)
    {
        if (_wide.IsMerging)
        {
            _narrowWhenMerged = room;
            return;
        }

        _wide.Narrow(room);
    }

    /// <summary>Begins to write down what it holds now; one that is being written is written to its end first.</summary>
    public void Save(TaskCompletionSource<ReadOnlySequence<byte>> saved)
    {
        if (_wide.IsMerging)
        {
            // What the parts add up to is state as well: the others have sent what is missing, or are about to.
            _saveWhenMerged = saved;
            return;
        }

        SaveSome(int.MaxValue);
        _saver = new ImageWriter(_lane.Names, _rooms.Entries, saved);
    }

    /// <summary>Writes some more of it down.</summary>
    public void SaveSome(int steps)
    {
        _saver?.SaveSome(steps);
        if (_saver is { IsDone: true })
        {
            _saver = null;
        }
    }

    /// <summary>Takes over the rooms of an image that are this lane's.</summary>
    /// <exception cref="InvalidDataException">The image is not one; nothing of it is held.</exception>
    public void Restore(GroupImage image)
    {
        var reader = new ImageReader(_lane, _rooms, _wide);
        try
        {
            reader.Read(image);
            if (_lane.IsLive)
            {
                Show();
            }
        }
        catch (Exception e) when (e is InvalidDataException or IndexOutOfRangeException or ArgumentException or OverflowException or InvalidOperationException)
        {
            // Whatever the bytes of a damaged image lead to, it is the image that cannot be used.
            reader.Abandon();
            Drop();
            throw e as InvalidDataException ?? new InvalidDataException("A checkpoint does not hold what its format says.", e);
        }
    }

    /// <summary>Takes the events of a batch into their slices.</summary>
    public void TakeIn(EventBatch batch) => _slices.TakeIn(batch);

    /// <summary>
    /// Settles everything before T. In a live engine it only begins to: one room after the other, while events from T on are taken in, so that live numbers need
    /// not wait for all rooms. Where many seconds are read from far back nobody waits.
    /// </summary>
    public void Settle(long settledMs)
    {
        SettleSome(int.MaxValue);
        var inSteps = _lane.IsLive && settledMs <= _settledMs + MostInStepsMs;
        _settledMs = settledMs;
        _sweeps = _lane.Cadence.Kind != CadenceKind.Replay || settledMs - ReplaySweepMs >= _sweptMs;
        _sweptMs = _sweeps ? settledMs : _sweptMs;
        _unsettled = _rooms.Entries.Count - 1;
        _unsaid.Enqueue(settledMs);

        // Lanes show the parts of a wide room as one: none is to be a second ahead for long.
        var counts = default(SettleCounts);
        foreach (var entry in _wide.Entries)
        {
            Settle(entry, settledMs, _sweeps, ref counts);
        }

        _lane.Counters.Add(counts);
        SettleSome(inSteps ? 0 : int.MaxValue);
        SaySettled();
    }

    /// <summary>Settles some more rooms; returns how many.</summary>
    public int SettleSome(int rooms)
    {
        if (!IsSettling)
        {
            return 0;
        }

        var counts = default(SettleCounts);
        var before = _unsettled;
        while (before - _unsettled < rooms && IsSettling)
        {
            Settle(_rooms.Entries[_unsettled--], _settledMs, _sweeps, ref counts);
        }

        _lane.Counters.Add(counts);
        SaySettled();
        return before - _unsettled;
    }

    /// <summary>The group's input has ended: settles what is left and finishes every session.</summary>
    public void Finish()
    {
        var counts = default(SettleCounts);
        for (var i = _rooms.Entries.Count - 1; i >= 0; i--)
        {
            var entry = _rooms.Entries[i];
            _saver?.Save(entry);
            _runner.HandOutOwed(entry);
            ApplyUntil(entry, long.MaxValue, ref counts);
            entry.Room.CloseAll();
            _runner.FinishClosed(entry);
            _runner.EndStep();
            _rooms.RemoveIfEmpty(entry);
        }

        _lane.Counters.Add(counts);
    }

    /// <summary>Forgets everything without finishing it; events that waited count as never read, since the group's next owner reads them.</summary>
    public void Drop()
    {
        _saveWhenMerged?.TrySetCanceled();
        _saveWhenMerged = null;
        _narrowWhenMerged = null;
        _saver?.Cancel();
        _saver = null;
        _unsettled = -1;
        DropHeld();
        _wide.Drop();
        _lane.Counters.Drop(_rooms.Entries.Sum(e => e.Pending));
        foreach (var entry in _rooms.Entries)
        {
            entry.Room.Abandon();
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

    /// <summary>Hands out the settled numbers of rooms that were not due before, if they are at this tick.</summary>
    public void HandOutOwedWhenDue() => _rooms.PayOwed(_payDue);

    /// <summary>Hands out the settled numbers of all rooms that were not due before.</summary>
    public void HandOutOwed() => _rooms.PayOwed(_runner.HandOutOwed);

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

    private void DropHeld()
    {
        while (_held.TryDequeue(out var message))
        {
            message.Saved?.TrySetCanceled();
            message.Done?.TrySetResult();
            foreach (ref readonly var e in message.Batch is { } batch ? batch.Events : [])
            {
                _lane.Counters.AddBuffered(e.Foreign ? 0 : 1);
                _lane.Counters.Drop(e.Foreign ? 0 : 1);
            }
        }
    }

    // A room that is quiet would else be on no screen until something happens in it.
    private void Show()
    {
        foreach (var entry in _rooms.Entries)
        {
            _runner.Show(entry);
            _rooms.MarkStale(entry);
        }
    }

    // T is handed out when all rooms are settled and the parts of wide rooms up to it have been added.
    private void SaySettled()
    {
        while (_unsaid.TryPeek(out var settledMs) && settledMs < _wide.WaitsForMs && (!IsSettling || settledMs < _settledMs))
        {
            _unsaid.Dequeue();
            _lane.Sink.OnSettled(Group, settledMs);
        }
    }

    private void Settle(RoomEntry entry, long settledMs, bool sweep, ref SettleCounts counts)
    {
        _saver?.Save(entry);
        _runner.HandOutOwedBefore(entry, settledMs);
        ApplyUntil(entry, settledMs, ref counts);
        if (_lane.Cadence.Kind == CadenceKind.EverySettledSecond)
        {
            // A session that is over by now has had its last seconds all the same.
            _runner.Advance(entry, settledMs);
        }

        if (sweep)
        {
            entry.Room.CloseQuiet(settledMs);
            if (entry.Room.Closed.Count > 0)
            {
                _runner.FinishClosed(entry);
            }
        }

        if (_lane.IsLive)
        {
            _runner.Advance(entry, settledMs);
        }

        _runner.EndStep();
        if (sweep)
        {
            _rooms.RemoveIfEmpty(entry);
        }
    }

    private void ApplyUntil(RoomEntry entry, long settledMs, ref SettleCounts counts)
    {
        if (entry.Wide is not null)
        {
            _wide.ApplyUntil(entry, settledMs, ref counts);
            return;
        }

        var settled = 0;
        for (; entry.Slices.Count > 0 && entry.Slices[0].StartMs < settledMs; settled++)
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

        if (settled == 1)
        {
            entry.TrimSpares();
        }
    }
}
