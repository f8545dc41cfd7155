using LiveStream.Metrics.Sessions;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// The rooms of one group in one lane. Bounded by the cap on pending events and the cap on rooms with sessions.
/// </summary>
internal sealed class RoomTable(LaneState lane)
{
    private readonly Dictionary<int, RoomEntry> _byName = [];
    private readonly List<RoomEntry> _entries = [];
    private readonly List<RoomEntry> _stale = [];
    private readonly List<RoomEntry> _taken = [];
    private readonly List<RoomEntry> _owing = [];
    private long _turnedAwayMs = long.MinValue;
    private long _wholeFromMs = long.MinValue;

    /// <summary>The rooms; while they are walked through backwards, the one at hand may be removed.</summary>
    public List<RoomEntry> Entries => _entries;

    /// <summary>Changes whenever a room leaves: who remembers entries has to look them up again.</summary>
    public int Version { get; private set; }

    /// <summary>Sessions that begin before this time are not whole: the log has lost what came before.</summary>
    public long WholeFromMs
    {
        get => _wholeFromMs;
        set
        {
            _wholeFromMs = value;
            foreach (var entry in _entries)
            {
                entry.Room.WholeFromMs = value;
            }
        }
    }

    /// <summary>The room with an interned name, added at its first event, which has the given time.</summary>
    public RoomEntry GetOrAdd(int name, long timeMs)
    {
        if (!_byName.TryGetValue(name, out var entry))
        {
            entry = Create(name);
            Hold(entry);
            if (timeMs - lane.Options.LongestIdleMs <= _turnedAwayMs)
            {
                entry.Room.MarkCapped();
            }
        }

        return entry;
    }

    /// <summary>An entry that is not held.</summary>
    public RoomEntry Create(int name) => new(new Room(lane.Options, lane.Names, lane.Caps, name) { WholeFromMs = _wholeFromMs });

    /// <summary>Holds an entry of a room that is not held.</summary>
    public void Hold(RoomEntry entry)
    {
        entry.Place = _entries.Count;
        _entries.Add(entry);
        _byName.Add(entry.Room.Name, entry);
    }

    /// <summary>
    /// Says on the snapshots of a room that a cap turned an event away. Rooms that are not held are not remembered one by one: each one
    /// that appears within the session idle time of the last such event may be one of them, and says so too.
    /// </summary>
    public void MarkCapped(int name, long timeMs)
    {
        if (_byName.TryGetValue(name, out var entry))
        {
            entry.Room.MarkCapped();
        }
        else
        {
            _turnedAwayMs = Math.Max(_turnedAwayMs, timeMs);
        }
    }

    /// <summary>Remembers that a room's live numbers changed.</summary>
    public void MarkStale(RoomEntry entry)
    {
        if (!entry.LiveStale && lane.IsLive)
        {
            entry.LiveStale = true;
            _stale.Add(entry);
        }
    }

    /// <summary>Rooms whose live numbers changed since the last call.</summary>
    public List<RoomEntry> TakeStale()
    {
        _taken.Clear();
        _taken.AddRange(_stale);
        _stale.Clear();
        foreach (var entry in _taken)
        {
            entry.LiveStale = false;
        }

        return _taken;
    }

    /// <summary>Remembers that a room's sink has yet to take the session as it is settled now, and when to ask again.</summary>
    public void Owe(RoomEntry entry, Session shown, long nowMs, int dueInMs)
    {
        entry.Owed = shown;
        (entry.AskedAtMs, entry.AskAtMs) = (nowMs, nowMs + dueInMs);
        if (!entry.IsListedAsOwing)
        {
            entry.IsListedAsOwing = true;
            _owing.Add(entry);
        }
    }

    /// <summary>Calls <paramref name="pay"/> for each room that owes something, and forgets those that do not any more.</summary>
    public void PayOwed(Action<RoomEntry> pay)
    {
        var kept = 0;
        for (var i = 0; i < _owing.Count; i++)
        {
            var entry = _owing[i];
            pay(entry);
            entry.IsListedAsOwing = entry.Owed is not null;
            if (entry.IsListedAsOwing)
            {
                _owing[kept++] = entry;
            }
        }

        _owing.RemoveRange(kept, _owing.Count - kept);
    }

    /// <summary>Removes a room if it has neither a session nor waiting events; the last entry takes its place.</summary>
    public void RemoveIfEmpty(RoomEntry entry)
    {
        if (entry.Slices.Count > 0 || entry.Room.Open.Count > 0 || entry.Wide is not null)
        {
            return;
        }

        Version++;
        _byName.Remove(entry.Room.Name);
        var last = _entries[^1];
        _entries[entry.Place] = last;
        last.Place = entry.Place;
        _entries.RemoveAt(_entries.Count - 1);
        if (entry.LiveStale)
        {
            _stale.Remove(entry);
        }

        if (entry.Room.TurnedAwayMs is { } turnedAwayMs)
        {
            _turnedAwayMs = Math.Max(_turnedAwayMs, turnedAwayMs);
        }
    }

    /// <summary>Forgets all rooms.</summary>
    public void Clear()
    {
        Version++;
        _byName.Clear();
        _entries.Clear();
        _stale.Clear();
        _owing.Clear();
    }
}
