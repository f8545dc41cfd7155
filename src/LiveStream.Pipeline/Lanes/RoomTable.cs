using LiveStream.Metrics.Sessions;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// The rooms of one group in one lane: dense numbers, reused after a room has left. Bounded by the cap on pending events and the cap
/// on rooms with sessions.
/// </summary>
internal sealed class RoomTable(LaneState lane)
{
    private readonly Dictionary<int, RoomEntry> _byName = [];
    private readonly List<RoomEntry> _stale = [];
    private readonly List<RoomEntry> _taken = [];
    private readonly List<RoomEntry> _removed = [];
    private readonly Stack<int> _freeNumbers = new();
    private RoomEntry?[] _byNumber = new RoomEntry?[64];
    private int _lastName = -1;
    private long _turnedAwayMs = long.MinValue;
    private RoomEntry? _last;

    /// <summary>One more than the largest number in use.</summary>
    public int Bound { get; private set; }

    /// <summary>The rooms.</summary>
    public Dictionary<int, RoomEntry>.ValueCollection Entries => _byName.Values;

    /// <summary>A room by its number.</summary>
    public RoomEntry this[int number] => _byNumber[number]!;

    /// <summary>The room with an interned name, added at its first event, which has the given time.</summary>
    public RoomEntry GetOrAdd(int name, long timeMs)
    {
        if (name == _lastName)
        {
            return _last!;
        }

        if (!_byName.TryGetValue(name, out var entry))
        {
            var number = _freeNumbers.TryPop(out var free) ? free : Bound++;
            if (number == _byNumber.Length)
            {
                Array.Resize(ref _byNumber, number * 2);
            }

            entry = new RoomEntry(new Room(lane.Options, lane.Names, lane.Caps, name), number);
            _byNumber[number] = entry;
            _byName.Add(name, entry);
            if (timeMs - lane.Options.SessionIdleMs <= _turnedAwayMs)
            {
                entry.Room.MarkCapped();
            }
        }

        _lastName = name;
        _last = entry;
        return entry;
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
        if (lane.IsLive && !entry.LiveStale)
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

    /// <summary>Removes the rooms that have neither a session nor waiting events.</summary>
    public void RemoveEmpty()
    {
        foreach (var entry in _byName.Values)
        {
            if (entry.Pending == 0 && entry.Room.Open.Count == 0)
            {
                _removed.Add(entry);
            }
        }

        foreach (var entry in _removed)
        {
            _byName.Remove(entry.Room.Name);
            _byNumber[entry.Number] = null;
            _freeNumbers.Push(entry.Number);
            if (entry.LiveStale)
            {
                _stale.Remove(entry);
            }

            if (entry.Room.TurnedAwayMs is { } turnedAwayMs)
            {
                _turnedAwayMs = Math.Max(_turnedAwayMs, turnedAwayMs);
            }

            _lastName = -1;
        }

        _removed.Clear();
    }

    /// <summary>Forgets all rooms.</summary>
    public void Clear()
    {
        _byName.Clear();
        _stale.Clear();
        _freeNumbers.Clear();
        Array.Clear(_byNumber);
        Bound = 0;
        _lastName = -1;
    }
}
