using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// Applies a room's slice to its sessions and hands their snapshots to the sink when the cadence says so. In a replay a session is only
/// settled further when another of its events is applied, so that nothing is handed out past its last one. Owned by a lane's group.
/// </summary>
internal sealed class SessionRunner
{
    private readonly LaneState _lane;
    private readonly RoomTable _rooms;
    private readonly int _group;
    private readonly Action<Session>? _onHop;
    private readonly Action<Session> _onPartHop;
    private Session?[] _sessions = new Session?[256];
    private RoomEvent[] _gathered = new RoomEvent[64];
    private RoomEntry _entry = null!;
    private long _handOutAtMs;

    // Sessions of the room that this step has finished: the room may have shown them rather than others that it finds to be over later.
    private readonly List<Session> _finished = [];

    public SessionRunner(LaneState lane, RoomTable rooms, int group)
    {
        _lane = lane;
        _rooms = rooms;
        _group = group;
        _onPartHop = session => HandOutPart(session, isRestored: false);
        _onHop = lane.Cadence.Kind switch
        {
            CadenceKind.EverySettledSecond => HandOut,
            CadenceKind.Replay when lane.Cadence.EveryMs > 0 => HandOutAtMultiple,
            _ => null,
        };
    }

    /// <summary>A room is settled up to another T.</summary>
    public void EndStep() => _finished.Clear();

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
            // Takes each out again: the scratch must not keep a session that is over in memory.
            ApplyEach(events, sessions, ref counts);
        }

        if (entry.Room.Closed.Count > 0)
        {
            FinishClosed(entry);
        }
    }

    /// <summary>Settles a room's sessions up to T; when live, hands out their snapshots as of T, or remembers that the shown one is not due.</summary>
    public void Advance(RoomEntry entry, long settledMs)
    {
        _entry = entry;
        for (var i = 0; i < entry.Room.Open.Count; i++)
        {
            var session = entry.Room.Open[i];
            if (session.SettledMs < settledMs)
            {
                // What is over by then is shown as of its last event, and not settled second by second across years.
                _handOutAtMs = session.OpenUntilMs < settledMs ? HopAfter(session.LastMs) : settledMs;
                session.AdvanceTo(Math.Min(settledMs, HopAfter(session.OpenUntilMs)), OnHop(entry));
                if (_lane.IsLive && entry.Wide is null)
                {
                    HandOutWhenDue(session);
                }
            }
        }
    }

    /// <summary>Hands out what a room owes; the session is as it was settled last.</summary>
    public void HandOutOwed(RoomEntry entry)
    {
        if (entry.Owed is { } session)
        {
            entry.Owed = null;
            _lane.Sink.OnSnapshot(session.Fill(), OutputOf(session, shown: true));
        }
    }

    /// <summary>As <see cref="HandOutOwed"/>, if it is due at this tick.</summary>
    public void HandOutOwedWhenDue(RoomEntry entry)
    {
        // Before it was asked last: the clock was set back, and nobody is to wait for it to catch up.
        if (entry.Owed is null || (_lane.TickMs >= entry.AskedAtMs && _lane.TickMs < entry.AskAtMs))
        {
            return;
        }

        var dueInMs = _lane.Sink.DueInMs(_lane.Names[entry.Room.Name]);
        if (dueInMs == 0)
        {
            HandOutOwed(entry);
            return;
        }

        (entry.AskedAtMs, entry.AskAtMs) = (_lane.TickMs, _lane.TickMs + dueInMs);
    }

    /// <summary>As <see cref="HandOutOwed"/>, if the session may be over once a room is settled up to T: afterwards it is too late.</summary>
    public void HandOutOwedBefore(RoomEntry entry, long settledMs)
    {
        if (entry.Owed is { } session && session.MayEndBefore(settledMs))
        {
            HandOutOwed(entry);
        }
    }

    /// <summary>Hands out the snapshots of a restored room's sessions as they are.</summary>
    public void Show(RoomEntry entry)
    {
        _entry = entry;
        foreach (var session in entry.Room.Open)
        {
            if (entry.Wide is null)
            {
                HandOut(session);
            }
            else
            {
                HandOutPart(session, isRestored: true);
            }
        }
    }

    /// <summary>Hands out the last snapshots of closed sessions.</summary>
    public void FinishClosed(RoomEntry entry)
    {
        _entry = entry;
        for (var i = 0; _lane.IsLive && i < entry.Room.Closed.Count; i++)
        {
            HandOutLast(entry.Room.Closed[i]);
        }

        while (entry.Room.TakeClosed(out var session))
        {
            _finished.Add(session);
            if (_lane.Cadence.Kind == CadenceKind.Replay && session.Applied > 0)
            {
                Finish(session);
            }

            var empty = entry.Room.Open.Count == 0;
            if (entry.Wide is { } wide)
            {
                wide.Merge?.Take(new WidePart
                {
                    Lane = _lane.Number, Room = [], Snapshot = session.Metrics.Snapshot, Online = 0, Delays = [], Session = session, IsOver = true, RoomEmpty = empty,
                });
                continue;
            }

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
        if (entry.Wide is { Merge: null } wing)
        {
            SendLive(wing.Leader, live);
            return;
        }

        entry.Wide?.AddLive(live);
        live.Online = Math.Max(0, live.Online);
        live.Room = _lane.Names[entry.Room.Name];
        live.Session = shown is null ? [] : _lane.Names[shown.Name];
        live.WatermarkMs = watermarkMs;
        live.OffsetSum = offsetSum;
        _lane.Sink.OnLive(live, OutputOf(shown, _lane.IsLive && shown is not null));
    }

    /// <summary>Applies a lane's part of a wide room's second; the slice is null when nothing of it is this lane's.</summary>
    public void ApplyWide(RoomEntry entry, WideSecond second, RoomSlice? slice, ref SettleCounts counts)
    {
        _entry = entry;
        var single = entry.Wide!.Resolve(entry.Room, second, _lane.Names);
        if (slice is { Count: > 0 })
        {
            var events = _lane.Order.Of(slice);
            _lane.Input.Set(slice.StartMs, slice.Types, slice.Details, slice.Text);
            if (single is not null)
            {
                single.Apply(events, _lane.Input, _lane.Caps, _onPartHop, ref counts);
            }
            else
            {
                ApplyEach(events, SessionsOf(entry.Wide, events, slice, ref counts), ref counts);
            }
        }

        if (entry.Room.Closed.Count > 0)
        {
            FinishClosed(entry);
        }
    }

    /// <summary>Hands out what the parts of a wide room's session add up to.</summary>
    public void HandOutMerged(RoomEntry entry, SessionSnapshot snapshot, WidePart own)
    {
        _entry = entry;
        if (own.IsOver)
        {
            _lane.Sink.OnSessionOver(_lane.Names[entry.Room.Name], snapshot.Session, snapshot.StartMs, own.RoomEmpty);
        }
        else if (own.HandOut)
        {
            _lane.Sink.OnSnapshot(snapshot, OutputOf(own.Session, own.IsShown));
        }
    }

    private Span<Session?> SessionsOf(WideEntry wide, ReadOnlySpan<RoomEvent> events, RoomSlice slice, ref SettleCounts counts)
    {
        if (_sessions.Length < events.Length)
        {
            _sessions = new Session?[events.Length * 2];
        }

        var sessions = _sessions.AsSpan(0, events.Length);
        for (var i = 0; i < events.Length; i++)
        {
            ref readonly var e = ref events[i];
            sessions[i] = wide.SessionOf(e, slice.Details, _lane.Names);
            if (sessions[i] is null && !e.Foreign)
            {
                var isLate = e.Moved && e.Type != EventType.Start;
                counts.Late += isLate ? 1 : 0;
                counts.RejectedCapacity += isLate ? 0 : 1;
            }
        }

        return sessions;
    }

    private Action<Session>? OnHop(RoomEntry entry) => entry.Wide is null ? _onHop : _onPartHop;

    private void HandOutPart(Session session, bool isRestored)
    {
        var wide = _entry.Wide!;
        var part = new WidePart
        {
            Lane = _lane.Number,
            Room = _lane.Names[_entry.Room.Name],
            Snapshot = SnapshotParts.Copy(session.Fill()),
            Online = session.Metrics.OnlineHere,
            Delays = [.. session.Metrics.Delays],
            Session = wide.Merge is null ? null : session,
            IsShown = IsShown(session),
            IsRestored = isRestored,
            HandOut = isRestored || _lane.Cadence.Kind == CadenceKind.EverySettledSecond || session.SettledMs == _handOutAtMs,
        };
        session.Metrics.Delays.Clear();
        if (wide.Merge is { } merge)
        {
            merge.Take(part);
        }
        else
        {
            _lane.Post.Send(wide.Leader, new LaneLetter(_group, part.Room) { Part = part, From = _lane.Number });
        }
    }

    private void SendLive(int leader, LiveFigures live)
    {
        var copy = new LiveFigures { PerSecond = 0 };
        copy.Add(live);
        _lane.Post.Send(leader, new LaneLetter(_group, _lane.Names[_entry.Room.Name]) { Live = copy, From = _lane.Number });
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

            session.Apply(_gathered.AsSpan(0, count), _lane.Input, _lane.Caps, OnHop(_entry), ref counts);
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

    // The step that settles its last events may find a session to be over: the screens are to keep all of it.
    private void HandOutLast(Session session)
    {
        var lastHopMs = HopAfter(session.LastMs);
        _entry.Owed = ReferenceEquals(_entry.Owed, session) ? null : _entry.Owed;
        if (session.SettledMs >= lastHopMs)
        {
            return;
        }

        _handOutAtMs = lastHopMs;
        session.AdvanceTo(lastHopMs, OnHop(_entry));
        if (_entry.Wide is null)
        {
            HandOut(session);
        }
    }

    private static long HopAfter(long timeMs) => timeMs - (timeMs % EngineOptions.HopMs) + EngineOptions.HopMs;

    private void HandOutAtMultiple(Session session)
    {
        if (session.SettledMs % _lane.Cadence.EveryMs == 0)
        {
            HandOut(session);
        }
    }

    private void HandOut(Session session) => _lane.Sink.OnSnapshot(session.Fill(), OutputOf(session, IsShown(session)));

    private void HandOutWhenDue(Session session)
    {
        var shown = IsShown(session);
        var dueInMs = shown ? _lane.Sink.DueInMs(_lane.Names[_entry.Room.Name]) : 0;
        if (dueInMs > 0)
        {
            _rooms.Owe(_entry, session, _lane.TickMs, dueInMs);
            return;
        }

        _entry.Owed = shown ? null : _entry.Owed;
        _lane.Sink.OnSnapshot(session.Fill(), OutputOf(session, shown));
    }

    private bool IsShown(Session session) => _lane.IsLive && _entry.Room.Shows(session, session.SettledMs, _finished);

    private SessionOutput OutputOf(Session? session, bool shown) => session is null
        ? new SessionOutput(_group, shown, default)
        : new SessionOutput(_group, shown, new SeriesView(session.Series.Coarse, session.Series.Fine));
}
