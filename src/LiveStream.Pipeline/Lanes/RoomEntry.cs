using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Windows;
using LiveStream.Pipeline.Output;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// A room in a lane: its sessions, the slices of its events that wait, and what its live numbers need of events on their way. Owned by the
/// lane's group.
/// </summary>
internal sealed class RoomEntry(Room room)
{
    // Three seconds wait as a rule, and eight more while a group is read from far back.
    private const int SparesKept = 4;
    private const int MostSpares = 12;

    private readonly List<RoomSlice> _slices = [];
    private readonly List<RoomSlice> _spares = [];
    private readonly long[] _pendingEvents = new long[EventTypes.ViewerCount];
    private Int128 _pendingGmvMinor;
    private RoomSlice? _latest;
    private long _markedAtMs;
    private long _goneMs;
    private int _gone;

    /// <summary>The room.</summary>
    public Room Room => room;

    /// <summary>This lane's part of it, when it is wide.</summary>
    public WideEntry? Wide { get; set; }

    /// <summary>Its place among the group's entries.</summary>
    public int Place { get; set; }

    /// <summary>Slices that wait, by time.</summary>
    public List<RoomSlice> Slices => _slices;

    /// <summary>Events that wait in slices and are counted here.</summary>
    public int Pending => _slices.Sum(s => s.Count - s.Foreign);

    /// <summary>Largest event time seen.</summary>
    public long AtMs { get; private set; }

    /// <summary>Whether its live numbers changed since they were handed out.</summary>
    public bool LiveStale { get; set; }

    /// <summary>The room's shown session, when its sink did not want it as it is settled now.</summary>
    public Session? Owed { get; set; }

    /// <summary>When its sink was asked, by the clock of the ticks.</summary>
    public long AskedAtMs { get; set; }

    /// <summary>When its sink is to be asked again.</summary>
    public long AskAtMs { get; set; }

    /// <summary>Whether it stands in the list of rooms that may owe something.</summary>
    public bool IsListedAsOwing { get; set; }

    /// <summary>Whether a checkpoint that is being written waits for it: nothing of it may be settled before.</summary>
    public bool IsUnsaved { get; private set; }

    /// <summary>A checkpoint is to hold what it holds now.</summary>
    public void MarkForSaving()
    {
        IsUnsaved = true;
        _markedAtMs = AtMs;
        foreach (var slice in _slices)
        {
            slice.Marked = slice.Count;
        }
    }

    /// <summary>Writes what it held when it was marked.</summary>
    public void Save(StateWriter writer)
    {
        IsUnsaved = false;
        writer.BeginRoom(room.Name, (int)WideImage.KindOf(this));
        room.Save(writer);
        writer.Write(_markedAtMs);
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

    /// <summary>Takes over what was written; it has seen no event. Holds nothing when that cannot be read.</summary>
    public void Restore(ref StateReader reader)
    {
        room.Restore(ref reader);
        AtMs = reader.ReadLong();
        try
        {
            for (var slices = reader.ReadCount(); slices > 0; slices--)
            {
                FindSlice(reader.ReadLong()).Restore(ref reader);
            }
        }
        catch
        {
            _slices.Clear();
            room.Abandon();
            throw;
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

    /// <summary>Asks for what an arriving event looks at first.</summary>
    public void Prefetch() => CacheLine.Prefetch(ref _latest);

    /// <summary>Asks for the slice that the next event probably goes to.</summary>
    public void PrefetchSlice() => _latest?.Prefetch();

    /// <summary>Asks for where the next event probably lies.</summary>
    public void PrefetchPlace() => _latest?.PrefetchPlace();

    /// <summary>The slice of a second, taken out to be applied and then returned; null when there is none.</summary>
    public RoomSlice? Take(long startMs) => _slices.Count > 0 && _slices[0].StartMs == startMs ? TakeOldest() : null;

    /// <summary>Counts live numbers anew: events have left its slices.</summary>
    public void ForgetLive()
    {
        Array.Clear(_pendingEvents);
        _pendingGmvMinor = 0;
        foreach (var slice in _slices)
        {
            slice.Counted = 0;
        }
    }

    /// <summary>Adds the events that wait in another entry of the same room in the same lane.</summary>
    public void AddSlices(RoomEntry other)
    {
        AtMs = Math.Max(AtMs, other.AtMs);
        foreach (var slice in other._slices)
        {
            FindSlice(slice.StartMs).Append(slice);
        }
    }

    /// <summary>Takes the oldest slice out, to be applied and then returned.</summary>
    public RoomSlice TakeOldest()
    {
        var slice = _slices[0];
        _slices.RemoveAt(0);
        _latest = null;
        (_goneMs, _gone) = slice.StartMs >= _goneMs ? (slice.StartMs, slice.Count - slice.Foreign) : (_goneMs, _gone);
        Depart(slice);
        return slice;
    }

    /// <summary>Returns a slice whose events have been applied.</summary>
    public void Return(RoomSlice slice)
    {
        if (_spares.Count < MostSpares)
        {
            _spares.Add(slice);
        }
    }

    /// <summary>Seconds settle one by one again: gives up one of the slices that were needed while they did not.</summary>
    public void TrimSpares()
    {
        if (_spares.Count > SparesKept)
        {
            _spares.RemoveAt(0);
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
        live.Online = (Wide is null || Wide.Merge is not null ? shown?.Metrics.OnlineNow ?? 0 : 0) + coming;
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
        var waiting = _slices.Count > 0 && _slices[^1].StartMs == startMs ? _slices[^1].Count - _slices[^1].Foreign : 0;
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
            if (!EventTypes.IsViewer(e.Type) || e.Foreign)
            {
                continue;
            }

            _pendingEvents[(int)e.Type] += sign * EventTypes.Counted(e);
            if (e.Type == EventType.Payment)
            {
                _pendingGmvMinor += sign * (Int128)slice.Details[e.Detail].Value;
            }
        }
    }
}
