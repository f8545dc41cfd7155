using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The starts that a room remembers: they name the session of events that name none. Owned by one room; bounded, the oldest go first.
/// </summary>
public sealed class SessionStarts(NameTable names, int maxStarts)
{
    // In (time, name) order.
    private readonly List<(long TimeMs, int Session)> _starts = [];

    /// <summary>The session that began last at or before a time.</summary>
    /// <param name="timeMs">Ms since the Unix epoch.</param>
    /// <param name="session">Interned number of its name.</param>
    public bool TryFind(long timeMs, out int session)
    {
        for (var i = _starts.Count - 1; i >= 0; i--)
        {
            if (_starts[i].TimeMs <= timeMs)
            {
                session = _starts[i].Session;
                return true;
            }
        }

        session = 0;
        return false;
    }

    /// <summary>Remembers a start.</summary>
    /// <returns>Whether all starts that matter are still known.</returns>
    public bool TryAdd(long timeMs, int session)
    {
        // Of neighbours that name the same session the later one adds nothing, but it can only be left out when no other start of its
        // time can come between them any more.
        if (_starts.Count >= 2 && _starts[^1].TimeMs < timeMs && _starts[^1].Session == _starts[^2].Session)
        {
            _starts.RemoveAt(_starts.Count - 1);
        }

        var at = _starts.Count;
        while (at > 0 && _starts[at - 1].TimeMs == timeMs && names.Compare(_starts[at - 1].Session, session) > 0)
        {
            at--;
        }

        if (at > 0 && _starts[at - 1] == (timeMs, session))
        {
            return true;
        }

        _starts.Insert(at, (timeMs, session));
        if (_starts.Count <= maxStarts)
        {
            return true;
        }

        _starts.RemoveAt(0);
        return false;
    }

    /// <summary>Forgets the starts of a session.</summary>
    public void Remove(int session) => _starts.RemoveAll(s => s.Session == session);

    /// <summary>Forgets all.</summary>
    public void Clear() => _starts.Clear();

    /// <summary>Marks the names it refers to.</summary>
    public void MarkNames()
    {
        foreach (var (_, session) in _starts)
        {
            names.Mark(session);
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_starts.Count);
        foreach (var (timeMs, session) in _starts)
        {
            writer.Write(timeMs);
            writer.WriteName(session);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        for (var starts = reader.ReadCount(); starts > 0; starts--)
        {
            _starts.Add((reader.ReadLong(), reader.ReadName()));
        }
    }
}
