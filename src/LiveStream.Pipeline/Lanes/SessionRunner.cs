using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// Applies a room's slice to its sessions and hands their snapshots to the sink when the cadence says so. In a replay a session is only
/// settled further when another of its events is applied, so that nothing is handed out past its last one. Owned by a lane's group.
/// </summary>
internal sealed class SessionRunner
{
    private readonly LaneState _lane;
    private readonly int _group;
    private readonly Action<Session>? _onHop;
    private Session?[] _sessions = new Session?[256];
    private RoomEvent[] _gathered = new RoomEvent[64];
    private RoomEntry _entry = null!;

    public SessionRunner(LaneState lane, int group)
    {
        _lane = lane;
        _group = group;
        _onHop = lane.Cadence.Kind switch
        {
            CadenceKind.EverySettledSecond => HandOut,
            CadenceKind.Replay when lane.Cadence.EveryMs > 0 => HandOutAtMultiple,
            _ => null,
        };
    }

    /// <summary>Applies the events of a room's second, in time order; the span is scratch.</summary>
    public void Apply(RoomEntry entry, Span<RoomEvent> events, RoomSlice slice, ref SettleCounts counts)
    {
        _entry = entry;
        if (_sessions.Length < events.Length)
        {
            _sessions = new Session?[events.Length * 2];
        }

        var sessions = _sessions.AsSpan(0, events.Length);
        var single = entry.Room.Resolve(events, slice.Details, sessions, ref counts);
        _lane.Input.Set(slice.StartMs, slice.Types, slice.Details, slice.Text);
        if (single is not null)
        {
            single.Apply(events, _lane.Input, _lane.Caps, _onHop, ref counts);
        }
        else
        {
            ApplyEach(events, sessions, ref counts);
        }

        // The scratch must not keep a session that is over in memory.
        sessions.Clear();
        if (entry.Room.HasClosed)
        {
            FinishClosed(entry);
        }
    }

    /// <summary>Settles a room's sessions up to T; when live, hands out their snapshots as of T.</summary>
    public void Advance(RoomEntry entry, long settledMs)
    {
        _entry = entry;
        for (var i = 0; i < entry.Room.Open.Count; i++)
        {
            var session = entry.Room.Open[i];
            if (session.SettledMs < settledMs)
            {
                session.AdvanceTo(Math.Min(settledMs, LastHopOf(session)), _onHop);
                if (_lane.IsLive)
                {
                    HandOut(session);
                }
            }
        }
    }

    /// <summary>Hands out the last snapshots of closed sessions.</summary>
    public void FinishClosed(RoomEntry entry)
    {
        _entry = entry;
        while (entry.Room.TakeClosed(out var session))
        {
            if (_lane.Cadence.Kind == CadenceKind.Replay && session.Applied > 0)
            {
                Finish(session);
            }

            var empty = entry.Room.Open.Count == 0;
            _lane.Sink.OnSessionOver(_lane.Names[entry.Room.Name], _lane.Names[session.Name], session.FirstMs, empty);
        }
    }

    /// <summary>Hands out a room's live numbers.</summary>
    public void HandOutLive(RoomEntry entry, long watermarkMs, long offsetSum)
    {
        _entry = entry;
        var shown = entry.Room.Shown;
        var live = _lane.Live;
        entry.Fill(live, shown);
        live.Room = _lane.Names[entry.Room.Name];
        live.Session = shown is null ? [] : _lane.Names[shown.Name];
        live.WatermarkMs = watermarkMs;
        live.OffsetSum = offsetSum;
        _lane.Sink.OnLive(live, OutputOf(shown));
    }

    private void ApplyEach(ReadOnlySpan<RoomEvent> events, Span<Session?> sessions, ref SettleCounts counts)
    {
        if (_gathered.Length < events.Length)
        {
            _gathered = new RoomEvent[events.Length * 2];
        }

        for (var i = 0; i < events.Length; i++)
        {
            var session = sessions[i];
            if (session is null)
            {
                continue;
            }

            var count = 0;
            for (var k = i; k < events.Length; k++)
            {
                if (ReferenceEquals(sessions[k], session))
                {
                    _gathered[count++] = events[k];
                    sessions[k] = null;
                }
            }

            session.Apply(_gathered.AsSpan(0, count), _lane.Input, _lane.Caps, _onHop, ref counts);
        }
    }

    private void Finish(Session session)
    {
        var everyMs = _lane.Cadence.EveryMs == 0 ? EngineOptions.HopMs : _lane.Cadence.EveryMs;
        session.AdvanceTo(session.LastAppliedMs - (session.LastAppliedMs % everyMs) + everyMs, _onHop);
        if (_onHop is null)
        {
            HandOut(session);
        }
    }

    // A jump of time must not settle a session that is over second by second across years.
    private static long LastHopOf(Session session) => session.OpenUntilMs - (session.OpenUntilMs % EngineOptions.HopMs) + EngineOptions.HopMs;

    private void HandOutAtMultiple(Session session)
    {
        if (session.SettledMs % _lane.Cadence.EveryMs == 0)
        {
            HandOut(session);
        }
    }

    private void HandOut(Session session) => _lane.Sink.OnSnapshot(session.Fill(), OutputOf(session));

    private SessionOutput OutputOf(Session? session)
    {
        var shown = _lane.IsLive && session is not null && ReferenceEquals(_entry.Room.Shown, session);
        return session is null
            ? new SessionOutput(_group, shown, default)
            : new SessionOutput(_group, shown, new SeriesView(session.Series.Coarse, session.Series.Fine));
    }
}
