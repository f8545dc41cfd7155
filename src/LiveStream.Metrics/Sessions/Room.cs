using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// A room: its open sessions and the starts that it remembers. Finds the session of every event in event-time order, opens and
/// closes sessions. Owned by one lane. Bounded by the caps on sessions and remembered starts.
/// </summary>
public sealed class Room(EngineOptions options, NameTable names, SessionCaps caps, int name)
{
    private const int Unassigned = -1;

    private readonly List<Session> _open = [];
    private readonly List<Session> _closed = [];
    private readonly SessionStarts _starts = new(names, options.Caps.MaxSessionsPerRoom * 4);
    private readonly int _default = names.Intern("default"u8);
    private long _openUntilMs = long.MaxValue;
    private bool _capped;
    private long? _turnedAwayMs;

    /// <summary>Interned number of its id.</summary>
    public int Name => name;

    /// <summary>Whether another lane's part of the room takes its place among the rooms that are counted.</summary>
    public bool IsWing { get; set; }

    /// <summary>Sessions that begin before this time are not whole: the log has lost what came before.</summary>
    public long WholeFromMs { get; set; } = long.MinValue;

    /// <summary>Sessions that are not over.</summary>
    public IReadOnlyList<Session> Open => _open;

    /// <summary>Time of the latest event that no session could be opened for, if there was one.</summary>
    public long? TurnedAwayMs => _turnedAwayMs;

    /// <summary>Sessions that were found to be over and wait to be taken by <see cref="TakeClosed"/>.</summary>
    public IReadOnlyList<Session> Closed => _closed;

    /// <summary>
    /// The session that the room's keys show: the one with the largest first time, at equal times the larger name; the session
    /// <c>default</c> only if there is no other.
    /// </summary>
    public Session? Shown
    {
        get
        {
            foreach (var session in _open)
            {
                if (!IsHidden(session, _open, long.MinValue))
                {
                    return session;
                }
            }

            return null;
        }
    }

    /// <summary>Whether the room's keys show a session at T, as <see cref="Shown"/> but for those over by quiet then; closed ones count, those taken if given.</summary>
    public bool Shows(Session session, long asOfMs, List<Session> taken) =>
        session.OpenUntilMs >= asOfMs && !IsHidden(session, _open, asOfMs) && !IsHidden(session, _closed, asOfMs) && !IsHidden(session, taken, asOfMs);

    /// <summary>Finds the session of each event of a slice in event-time order; sessions that turn out to be over are closed.</summary>
    /// <param name="events">The room's events of one second, in order.</param>
    /// <param name="details">Details that they refer to.</param>
    /// <param name="sessions">Filled with the session of each event, null when it is late or turned away; left as it is when all have the same one.</param>
    /// <param name="counts">Late and turned away events are counted here.</param>
    /// <returns>The only session of all events, or null when there are several or an event has none.</returns>
    public Session? Resolve(ReadOnlySpan<RoomEvent> events, ReadOnlySpan<EventDetail> details, Span<Session?> sessions, ref SettleCounts counts)
    {
        Session? cached = null;
        var cachedName = int.MinValue;
        long cachedUntilMs = 0;
        Session? first = null;
        var single = true;
        for (var i = 0; i < events.Length; i++)
        {
            ref readonly var e = ref events[i];
            if (cached is null || e.Session != cachedName || e.TimeMs > cachedUntilMs || e.Moved || e.Type is EventType.Start or EventType.End)
            {
                cached = Find(e, details, ref counts);
                cachedName = e.Moved || e.Type == EventType.Start ? int.MinValue : e.Session;
                cachedUntilMs = cached is null ? 0 : Math.Min(_openUntilMs, cached.YoungUntilMs);
            }

            first = i == 0 ? cached : first;
            if (single && (cached is null || !ReferenceEquals(cached, first)))
            {
                single = false;
                sessions[..i].Fill(first);
            }

            if (!single)
            {
                sessions[i] = cached;
            }

            if (cached is not null)
            {
                cached.LastMs = e.TimeMs;
            }
        }

        return single ? first : null;
    }

    /// <summary>From here on the snapshots of its sessions say that a cap has turned events away.</summary>
    public void MarkCapped()
    {
        _capped = true;
        _open.ForEach(session => session.MarkCapped());
    }

    /// <summary>Closes the sessions that no event at or after <paramref name="timeMs"/> can continue.</summary>
    public void CloseQuiet(long timeMs)
    {
        if (timeMs <= _openUntilMs)
        {
            return;
        }

        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var session = _open[i];
            if (timeMs > session.OpenUntilMs)
            {
                _starts.Remove(session.Name);
                Close(i);
            }
        }

        _openUntilMs = long.MaxValue;
        foreach (var session in _open)
        {
            _openUntilMs = Math.Min(_openUntilMs, session.OpenUntilMs);
        }
    }

    /// <summary>Closes every session: the room is dropped, or its input has ended.</summary>
    public void CloseAll()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            Close(i);
        }

        _starts.Clear();
    }

    /// <summary>Forgets every session without finishing it.</summary>
    public void Abandon()
    {
        CloseAll();
        while (TakeClosed(out _))
        {
        }
    }

    /// <summary>
    /// Takes the next closed session, to be finished by the caller. Until then its viewers keep their places: events of the second in which
    /// it was closed may still be applied to it.
    /// </summary>
    public bool TakeClosed(out Session session)
    {
        session = null!;
        if (_closed.Count == 0)
        {
            return false;
        }

        session = _closed[0];
        _closed.RemoveAt(0);
        caps.ReturnViewers(session.ViewerCount);
        return true;
    }

    /// <summary>Marks every name that the room refers to.</summary>
    public void MarkNames()
    {
        names.Mark(name);
        names.Mark(_default);
        _starts.MarkNames();
        _open.ForEach(session => session.MarkNames());
    }

    /// <summary>Writes the room with its open sessions; none may wait to be taken.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_openUntilMs);
        writer.Write(_capped);
        writer.Write(_turnedAwayMs ?? long.MinValue);
        _starts.Save(writer);
        writer.Write(_open.Count);
        _open.ForEach(session => session.Save(writer));
    }

    /// <summary>Takes over a room that was written; this one has seen no event.</summary>
    public void Restore(ref StateReader reader)
    {
        _openUntilMs = reader.ReadLong();
        _capped = reader.ReadBool();
        var turnedAwayMs = reader.ReadLong();
        _turnedAwayMs = turnedAwayMs == long.MinValue ? null : turnedAwayMs;
        _starts.Restore(ref reader);
        var open = new List<Session>();
        for (var sessions = reader.ReadCount(); sessions > 0; sessions--)
        {
            open.Add(Session.Restore(ref reader, options, names, name));
        }

        // What cannot be read to its end takes nobody's place.
        _open.AddRange(open);
        caps.Restore(_open.Count > 0 && !IsWing ? 1 : 0, _open.Sum(s => s.ViewerCount));
    }

    /// <summary>Every session keeps only the viewers of one part of it, and what was counted if this is the part that keeps it.</summary>
    public void BecomePart(Func<ulong, bool> own, bool keepsCounts)
    {
        foreach (var session in _open)
        {
            var before = session.ViewerCount;
            session.BecomePart(own, keepsCounts);
            caps.ReturnViewers(before - session.ViewerCount);
        }
    }

    /// <summary>Takes over from another part of the room, which is given up.</summary>
    public void AddPart(Room other, Func<ulong, bool> own, bool keepsCounts)
    {
        while (other._open.Count > 0)
        {
            var session = other._open[^1];
            other._open.RemoveAt(other._open.Count - 1);
            caps.ReturnViewers(session.ViewerCount);
            if (_open.Find(s => s.Name == session.Name && s.FirstMs == session.FirstMs) is not { } same)
            {
                continue;
            }

            var before = same.ViewerCount;
            try
            {
                same.AddPart(session, own, keepsCounts);
            }
            finally
            {
                caps.Restore(0, same.ViewerCount - before);
            }
        }
    }

    /// <summary>All viewers are counted here again.</summary>
    public void BecomeWhole() => _open.ForEach(session => session.BecomeWhole());

    /// <summary>Sessions that open from now on count only some of their viewers.</summary>
    public bool OpensParts { get; set; }

    private bool IsHidden(Session session, List<Session> by, long asOfMs)
    {
        var hidden = false;
        foreach (var other in by)
        {
            hidden |= other.OpenUntilMs >= asOfMs && IsShownBefore(other, session);
        }

        return hidden;
    }

    private bool IsShownBefore(Session left, Session right) =>
        (left.Name == _default) != (right.Name == _default) ? right.Name == _default
        : left.FirstMs != right.FirstMs ? left.FirstMs > right.FirstMs
        : names.Compare(left.Name, right.Name) > 0;

    private Session? Find(in RoomEvent e, ReadOnlySpan<EventDetail> details, ref SettleCounts counts)
    {
        CloseQuiet(e.TimeMs);
        var sessionName = NameOf(e, details);
        var at = IndexOf(sessionName);
        if (at != Unassigned && e.TimeMs > _open[at].YoungUntilMs)
        {
            if (e.Moved && e.Type != EventType.Start)
            {
                counts.Late++;
                return null;
            }

            Close(at);
            at = Unassigned;
        }

        if (at == Unassigned)
        {
            if (e.Moved && e.Type != EventType.Start)
            {
                counts.Late++;
                return null;
            }

            at = OpenSession(sessionName, e.TimeMs);
        }

        if (at == Unassigned)
        {
            counts.RejectedCapacity++;
            return null;
        }

        if (e.Type == EventType.Start && !_starts.TryAdd(e.TimeMs, sessionName))
        {
            MarkCapped();
        }

        // The bounds only move outwards from here on, but for an end, which brings the session's own nearer.
        var session = _open[at];
        session.LastMs = e.TimeMs;
        session.HasEnded |= e.Type == EventType.End;
        _openUntilMs = Math.Min(_openUntilMs, session.OpenUntilMs);
        return session;
    }

    private int NameOf(in RoomEvent e, ReadOnlySpan<EventDetail> details)
    {
        if (e.Session >= 0)
        {
            return e.Session;
        }

        var cameWithMs = e.Moved ? details[e.Detail].OriginalTimeMs : e.TimeMs;
        if (e.Type == EventType.Start)
        {
            Span<byte> digits = stackalloc byte[20];
            cameWithMs.TryFormat(digits, out var length);
            return names.Intern(digits[..length]);
        }

        return _starts.TryFind(cameWithMs, out var started) ? started : _default;
    }

    private int IndexOf(int sessionName)
    {
        for (var i = 0; i < _open.Count; i++)
        {
            if (_open[i].Name == sessionName)
            {
                return i;
            }
        }

        return Unassigned;
    }

    private int OpenSession(int sessionName, long timeMs)
    {
        if (_open.Count >= options.Caps.MaxSessionsPerRoom || (_open.Count == 0 && !IsWing && !TryTakePlace()))
        {
            MarkCapped();
            _turnedAwayMs = timeMs;
            return Unassigned;
        }

        var opened = new Session(options, names, name, sessionName, timeMs) { IsWhole = timeMs >= WholeFromMs };
        opened.Metrics.IsPart = OpensParts;
        if (_capped)
        {
            opened.MarkCapped();
        }

        _open.Add(opened);
        return _open.Count - 1;
    }

    // All parts of a wide room open the same sessions, so the one that is counted is not turned away alone.
    private bool TryTakePlace()
    {
        if (!OpensParts)
        {
            return caps.TryTakeRoom();
        }

        caps.Restore(1, 0);
        return true;
    }

    private void Close(int index)
    {
        var session = _open[index];
        _open.RemoveAt(index);
        if (_open.Count == 0 && !IsWing)
        {
            caps.ReturnRoom();
        }

        _closed.Add(session);
    }
}
