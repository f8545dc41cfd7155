using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Wide;

/// <summary>
/// Decides which rooms of a group are wide: those with so much of the traffic that one lane could not carry them while others rest. Owned by the
/// group's intake. A room stays wide until none of its sessions can be open any more.
/// </summary>
internal sealed class WideRooms(NameNumbers names, int lanes, WideRoomOptions options)
{
    private readonly List<WideRoom> _rooms = [];
    private WideRoom?[] _byNumber = new WideRoom?[1024];
    private int[] _counts = new int[1024];
    private int _bound;
    private long _total;
    private long _countedFromMs = long.MinValue;

    /// <summary>The wide rooms.</summary>
    public IReadOnlyList<WideRoom> Rooms => _rooms;

    private bool IsPossible => lanes > 1 && options.MaxRooms > 0;

    /// <summary>Counts an event of a room; the room if it is wide.</summary>
    public WideRoom? Count(int room)
    {
        if (!IsPossible && _rooms.Count == 0)
        {
            return null;
        }

        if (room >= _counts.Length)
        {
            Array.Resize(ref _counts, Math.Max(room + 1, _counts.Length * 2));
            Array.Resize(ref _byNumber, _counts.Length);
        }

        _bound = Math.Max(_bound, room + 1);
        _counts[room]++;
        _total++;
        return _byNumber[room];
    }

    /// <summary>Makes a room wide.</summary>
    /// <param name="room">Room id, UTF-8.</param>
    /// <param name="lastMs">No event of it so far has a larger time.</param>
    public void Widen(byte[] room, long lastMs)
    {
        var widened = new WideRoom(room, lastMs);
        _rooms.Add(widened);
        Number(widened);
    }

    /// <summary>Names of the rooms that should be wide from now on, judged by the events since T was judged last.</summary>
    public List<byte[]> Judge(long settledMs)
    {
        var widened = new List<byte[]>();
        var isFirst = _countedFromMs == long.MinValue;
        var passedMs = isFirst ? EngineOptions.HopMs : settledMs - _countedFromMs;
        if (!IsPossible || passedMs < EngineOptions.HopMs)
        {
            return widened;
        }

        if (!isFirst)
        {
            var least = Math.Max(Math.Max(1, options.LeastEventsPerSecond * (double)passedMs / EngineOptions.HopMs), _total * options.LeastShare / lanes);
            for (var room = 0; room < _bound && _rooms.Count + widened.Count < options.MaxRooms; room++)
            {
                if (_counts[room] >= least && _byNumber[room] is null)
                {
                    widened.Add(names.TextOf(room).ToArray());
                }
            }
        }

        Array.Clear(_counts, 0, _bound);
        _total = 0;
        _countedFromMs = settledMs;
        return widened;
    }

    /// <summary>Takes out the rooms of which every session is over at T.</summary>
    /// <param name="settledMs">T.</param>
    /// <param name="sessionIdleMs">The longest quiet that ends a session.</param>
    public List<WideRoom> TakeQuiet(long settledMs, long sessionIdleMs)
    {
        var quiet = _rooms.FindAll(room => settledMs - room.LastMs > sessionIdleMs + EngineOptions.HopMs);
        foreach (var room in quiet)
        {
            _rooms.Remove(room);
            _byNumber[names.Of(room.Name, room.Hash)] = null;
        }

        return quiet;
    }

    /// <summary>The numbers of names have been given out anew.</summary>
    public void OnGeneration()
    {
        Array.Clear(_byNumber);
        Array.Clear(_counts);
        _bound = 0;
        _total = 0;
        _rooms.ForEach(Number);
    }

    private void Number(WideRoom room)
    {
        var number = names.Of(room.Name, room.Hash);
        if (number >= _byNumber.Length)
        {
            Array.Resize(ref _counts, Math.Max(number + 1, _counts.Length * 2));
            Array.Resize(ref _byNumber, _counts.Length);
        }

        _byNumber[number] = room;
    }
}
