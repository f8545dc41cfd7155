using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Who is in the room: viewers, online, visits, stay, interacting viewers. One pass over the viewers' rows in event-time order;
/// viewers that become active in the slice's second are listed for the operators that only care about that.
/// </summary>
public sealed class Presence
{
    private readonly ViewerTable _viewers;
    private readonly Tally _tally;
    private readonly Survival _survival;
    private readonly int _timeoutMs;
    private readonly int _timeoutSeconds;
    private readonly DistinctRing _active;
    private readonly DistinctRing _online;
    private readonly DistinctRing _interacting;
    private Activation[] _activations = new Activation[16];
    private int _activationCount;
    private long _stayMs;
    private long _returned;
    private long _onlineNow;
    private long _peak;
    private long _peakAtMs;
    private long _onlineSum;
    private long _hops;

    /// <summary>Creates the operator; it adds entries and leaves to the tally.</summary>
    public Presence(EngineOptions options, WindowSpec[] windows, ViewerTable viewers, Tally tally, Survival survival)
    {
        _viewers = viewers;
        _tally = tally;
        _survival = survival;
        _timeoutMs = options.PresenceTimeoutMs;
        _timeoutSeconds = options.PresenceTimeoutMs / EngineOptions.HopMs;
        var longest = windows[^1].Seconds;
        _active = new DistinctRing(longest);
        _interacting = new DistinctRing(longest);
        _online = new DistinctRing(_timeoutSeconds + 2);
    }

    /// <summary>Viewers that became active in the second that was applied last, with their active second before it.</summary>
    public ReadOnlySpan<Activation> Activations => _activations.AsSpan(0, _activationCount);

    /// <summary>Distinct active users of the session.</summary>
    public long Total => _active.Total;

    /// <summary>Online at the last settled T.</summary>
    public long OnlineNow => _onlineNow;

    /// <summary>Begins a second.</summary>
    public void Open(int second)
    {
        _active.Open(second);
        _online.Open(second);
        _interacting.Open(second);
        _activationCount = 0;
    }

    /// <summary>Applies a slice.</summary>
    public void Apply(in Slice slice)
    {
        var entries = 0L;
        var leaves = 0L;
        for (var i = 0; i < slice.Events.Length; i++)
        {
            var viewer = slice.Viewers[i];
            if (viewer < 0)
            {
                continue;
            }

            ref readonly var e = ref slice.Events[i];
            ref var row = ref _viewers.Rows[viewer];
            var atMs = slice.OffsetMs(e);
            leaves += CloseSilent(ref row, atMs, slice.Second);
            if (e.Type == EventType.Leave)
            {
                leaves += Leave(ref row, atMs);
            }
            else
            {
                entries += Activate(ref row, viewer, atMs, slice.Second);
                if (EventTypes.IsInteraction(e.Type) && row.InteractionSecond != slice.Second)
                {
                    _interacting.Move(row.InteractionSecond, slice.Second);
                    row.InteractionSecond = slice.Second;
                }
            }

            _survival.Observe(row.FirstMs, row.LastMs, atMs);
            row.LastMs = atMs;
        }

        _tally.Add(Column.Entries, entries);
        _tally.Add(Column.Leaves, leaves);
        _onlineNow += entries - leaves;
    }

    /// <summary>Closes a second: visits that fell silent end, and online is sampled at <paramref name="asOfMs"/>.</summary>
    /// <param name="second">The second that is closed, relative to the origin.</param>
    /// <param name="asOfMs">T, ms since the Unix epoch.</param>
    /// <param name="quiet">Whether everybody has left long ago.</param>
    public void Advance(int second, long asOfMs, bool quiet)
    {
        var silent = quiet ? 0 : _online.Take(second - _timeoutSeconds);
        if (silent != 0)
        {
            _tally.Add(Column.Leaves, silent);
            _onlineNow -= silent;
        }

        _hops++;
        _onlineSum += _onlineNow;
        if (_onlineNow > _peak || _hops == 1)
        {
            _peak = _onlineNow;
            _peakAtMs = asOfMs;
        }
    }

    /// <summary>Fills a sliding window.</summary>
    public void FillWindow(WindowFigures figures, WindowSpec window)
    {
        figures.Viewers = _active.CountLast(window.Seconds);
        figures.InteractingViewers = _interacting.CountLast(window.Seconds);
    }

    /// <summary>Fills the session's numbers.</summary>
    public void Fill(SessionSnapshot snapshot)
    {
        var session = snapshot.SessionWindow;
        session.Viewers = _active.Total;
        session.InteractingViewers = _interacting.Total;
        snapshot.Online = new OnlineFigures(_onlineNow, _peak, _peakAtMs, new Ratio(_onlineSum, _hops));
        snapshot.Whole.AverageStayMs = new Ratio(_stayMs, _active.Total);
        snapshot.Whole.Returning = new Ratio(_returned, _active.Total);
    }

    // A visit that fell silent before this event and ended in this very second is not in the ring's closed part yet.
    private long CloseSilent(ref ViewerRow row, int atMs, int second)
    {
        if (row.LastMs == ViewerRow.Never || (row.Flags & ViewerFlags.Left) != ViewerFlags.None || atMs - row.LastMs <= _timeoutMs)
        {
            return 0;
        }

        row.Flags |= ViewerFlags.Left;
        var lastSecond = row.LastMs / EngineOptions.HopMs;
        if (lastSecond + _timeoutSeconds < second)
        {
            return 0;
        }

        _online.Remove(lastSecond);
        return 1;
    }

    private long Leave(ref ViewerRow row, int atMs)
    {
        if (row.LastMs == ViewerRow.Never || (row.Flags & ViewerFlags.Left) != ViewerFlags.None)
        {
            row.Flags |= ViewerFlags.Left;
            return 0;
        }

        _stayMs += atMs - row.LastMs;
        _online.Remove(row.LastMs / EngineOptions.HopMs);
        row.Flags |= ViewerFlags.Left;
        return 1;
    }

    private long Activate(ref ViewerRow row, int viewer, int atMs, int second)
    {
        ref var activeSecond = ref _viewers.ActiveSecond[viewer];
        if (activeSecond != second)
        {
            _active.Move(activeSecond, second);
            AddActivation(new Activation(viewer, activeSecond));
            activeSecond = second;
        }

        if (row.FirstMs == ViewerRow.Never)
        {
            row.FirstMs = atMs;
            _survival.Begin();
        }

        if (row.LastMs != ViewerRow.Never && (row.Flags & ViewerFlags.Left) == ViewerFlags.None)
        {
            _stayMs += atMs - row.LastMs;
            _online.Move(row.LastMs / EngineOptions.HopMs, second);
            return 0;
        }

        _online.Move(DistinctRing.Never, second);
        if ((row.Flags & (ViewerFlags.Visited | ViewerFlags.Returned)) == ViewerFlags.Visited)
        {
            row.Flags |= ViewerFlags.Returned;
            _returned++;
        }

        row.Flags = (row.Flags | ViewerFlags.Visited) & ~ViewerFlags.Left;
        return 1;
    }

    private void AddActivation(Activation activation)
    {
        if (_activationCount == _activations.Length)
        {
            Array.Resize(ref _activations, _activationCount * 2);
        }

        _activations[_activationCount++] = activation;
    }
}

/// <summary>A viewer that became active in a second.</summary>
/// <param name="Viewer">Viewer number.</param>
/// <param name="BeforeSecond">Second of the activity before, or <see cref="ViewerRow.Never"/>.</param>
public readonly record struct Activation(int Viewer, int BeforeSecond);
