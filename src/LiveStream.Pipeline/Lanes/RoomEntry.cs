using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Windows;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// A room in a lane: its sessions, how many of its events wait, and what its live numbers need from events on their way.
/// </summary>
internal sealed class RoomEntry(Room room, int number)
{
    private readonly long[] _pendingEvents = new long[EventTypes.ViewerCount];
    private readonly int[] _perSecond = new int[2];
    private Int128 _pendingGmvMinor;
    private long _perSecondOf;

    /// <summary>The room.</summary>
    public Room Room => room;

    /// <summary>Its number in the lane's group.</summary>
    public int Number => number;

    /// <summary>Events that wait in slices.</summary>
    public int Pending { get; private set; }

    /// <summary>Largest event time seen.</summary>
    public long AtMs { get; private set; }

    /// <summary>Whether its live numbers changed since they were handed out.</summary>
    public bool LiveStale { get; set; }

    /// <summary>Counts an event that begins to wait.</summary>
    public void Arrive(in RoomEvent e, long amountMinor)
    {
        Pending++;
        if (EventTypes.IsViewer(e.Type))
        {
            _pendingEvents[(int)e.Type] += Size(e);
        }

        _pendingGmvMinor += amountMinor;
        AtMs = Math.Max(AtMs, e.TimeMs);
        CountPerSecond(e.TimeMs / EngineOptions.HopMs);
    }

    /// <summary>Counts the events of a slice that wait no longer.</summary>
    public void Depart(ReadOnlySpan<RoomEvent> events, ReadOnlySpan<EventDetail> details)
    {
        Pending -= events.Length;
        foreach (ref readonly var e in events)
        {
            if (!EventTypes.IsViewer(e.Type))
            {
                continue;
            }

            _pendingEvents[(int)e.Type] -= Size(e);
            if (e.Type == EventType.Payment)
            {
                _pendingGmvMinor -= details[e.Detail].Value;
            }
        }
    }

    /// <summary>Fills live numbers: the shown session's settled totals plus what waits.</summary>
    public void Fill(LiveFigures live, Session? shown)
    {
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
        live.PerSecond = _perSecond[(AtMs / EngineOptions.HopMs) & 1];
    }

    private static int Size(in RoomEvent e) => e.Type is EventType.Like or EventType.Gift ? e.Count : 1;

    // Two cells: the newest second and the one before it; older arrivals are not counted.
    private void CountPerSecond(long second)
    {
        if (second > _perSecondOf)
        {
            _perSecond[second & 1] = 0;
            if (second > _perSecondOf + 1)
            {
                _perSecond[(second - 1) & 1] = 0;
            }

            _perSecondOf = second;
        }

        if (second >= _perSecondOf - 1)
        {
            _perSecond[second & 1]++;
        }
    }
}
