using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// A room in a lane: its sessions, the slices of its events that wait, and what its live numbers need of events on their way. Owned by the
/// lane's group.
/// </summary>
internal sealed class RoomEntry(Room room)
{
    private const int SparesKept = 4;

    private readonly List<RoomSlice> _slices = [];
    private readonly List<RoomSlice> _spares = [];
    private readonly long[] _pendingEvents = new long[EventTypes.ViewerCount];
    private Int128 _pendingGmvMinor;
    private RoomSlice? _latest;
    private long _goneMs;
    private int _gone;

    /// <summary>The room.</summary>
    public Room Room => room;

    /// <summary>Its place among the group's entries.</summary>
    public int Place { get; set; }

    /// <summary>Slices that wait, by time.</summary>
    public List<RoomSlice> Slices => _slices;

    /// <summary>Events that wait in slices.</summary>
    public int Pending => _slices.Sum(s => s.Count);

    /// <summary>Largest event time seen.</summary>
    public long AtMs { get; private set; }

    /// <summary>Whether its live numbers changed since they were handed out.</summary>
    public bool LiveStale { get; set; }

    /// <summary>Whether a checkpoint that is being written waits for it: nothing of it may be settled before.</summary>
    public bool IsUnsaved { get; private set; }

    /// <summary>A checkpoint is to hold what it holds now.</summary>
    public void MarkForSaving()
    {
        IsUnsaved = true;
        foreach (var slice in _slices)
        {
            slice.Marked = slice.Count;
        }
    }

    /// <summary>Writes what it held when it was marked.</summary>
    public void Save(StateWriter writer)
    {
        IsUnsaved = false;
        writer.BeginRoom(room.Name);
        room.Save(writer);
        writer.Write(AtMs);
        writer.Write(_slices.Count(s => s.Marked > 0));
        foreach (var slice in _slices)
        {
            if (slice.Marked > 0)
            {
                writer.Write(slice.StartMs);
                slice.Save(writer);
            }
        }

        writer.EndRoom();
    }

    /// <summary>Takes over what was written; it has seen no event.</summary>
    public void Restore(ref StateReader reader)
    {
        room.Restore(ref reader);
        AtMs = reader.ReadLong();
        for (var slices = reader.ReadCount(); slices > 0; slices--)
        {
            FindSlice(reader.ReadLong()).Restore(ref reader);
        }
    }

    /// <summary>The slice that an event of this time waits in.</summary>
    public RoomSlice SliceOf(long timeMs)
    {
        AtMs = Math.Max(AtMs, timeMs);
        if (_latest is not null && (ulong)(timeMs - _latest.StartMs) < EngineOptions.HopMs)
        {
            return _latest;
        }

        return _latest = FindSlice(timeMs - (timeMs % EngineOptions.HopMs));
    }

    /// <summary>Takes the oldest slice out, to be applied and then returned.</summary>
    public RoomSlice TakeOldest()
    {
        var slice = _slices[0];
        _slices.RemoveAt(0);
        _latest = null;
        (_goneMs, _gone) = slice.StartMs >= _goneMs ? (slice.StartMs, slice.Count) : (_goneMs, _gone);
        Depart(slice);
        return slice;
    }

    /// <summary>Returns a slice whose events have been applied.</summary>
    public void Return(RoomSlice slice)
    {
        if (_spares.Count < SparesKept)
        {
            _spares.Add(slice);
        }
    }

    /// <summary>Fills live numbers: the shown session's settled totals plus what waits.</summary>
    public void Fill(LiveFigures live, Session? shown)
    {
        CountArrived();
        var totals = shown is null ? default : shown.Metrics.Totals;
        for (var i = 0; i < _pendingEvents.Length; i++)
        {
            live.Events[i] = _pendingEvents[i] + (totals.IsEmpty ? 0 : totals[i]);
        }

        var placed = shown?.Metrics.OrderTotals.Placed ?? 0;
        var coming = _pendingEvents[(int)EventType.Enter] - _pendingEvents[(int)EventType.Leave];
        live.GmvMinor = _pendingGmvMinor + (totals.IsEmpty ? 0 : Column.Wide(totals, Column.GmvLow));
        live.Orders = placed + _pendingEvents[(int)EventType.Order];
        live.Payments = live.Events[(int)EventType.Payment];
        live.Online = Math.Max(0, (shown?.Metrics.OnlineNow ?? 0) + coming);
        live.AtMs = AtMs;
        live.PerSecond = PerSecond();
    }

    private RoomSlice FindSlice(long startMs)
    {
        var at = _slices.Count;
        while (at > 0 && _slices[at - 1].StartMs > startMs)
        {
            at--;
        }

        if (at > 0 && _slices[at - 1].StartMs == startMs)
        {
            return _slices[at - 1];
        }

        var slice = _spares.Count > 0 ? _spares[^1] : new RoomSlice();
        if (_spares.Count > 0)
        {
            _spares.RemoveAt(_spares.Count - 1);
        }

        slice.Reset(startMs);
        _slices.Insert(at, slice);
        return slice;
    }

    // Events of the second of the newest event, of which the slice may have been settled already.
    private long PerSecond()
    {
        var startMs = AtMs - (AtMs % EngineOptions.HopMs);
        var waiting = _slices.Count > 0 && _slices[^1].StartMs == startMs ? _slices[^1].Count : 0;
        return waiting + (_goneMs == startMs ? _gone : 0);
    }

    // Counted when somebody wants to know, not event by event as they arrive.
    private void CountArrived()
    {
        foreach (var slice in _slices)
        {
            Count(slice, slice.Events[slice.Counted..], 1);
            slice.Counted = slice.Count;
        }
    }

    private void Depart(RoomSlice slice) => Count(slice, slice.Events[..slice.Counted], -1);

    private void Count(RoomSlice slice, ReadOnlySpan<RoomEvent> events, int sign)
    {
        foreach (ref readonly var e in events)
        {
            if (!EventTypes.IsViewer(e.Type))
            {
                continue;
            }

            _pendingEvents[(int)e.Type] += sign * (EventTypes.HasCount(e.Type) ? e.Count : 1);
            if (e.Type == EventType.Payment)
            {
                _pendingGmvMinor += sign * (Int128)slice.Details[e.Detail].Value;
            }
        }
    }
}
