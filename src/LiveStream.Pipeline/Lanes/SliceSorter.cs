using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// Brings the events of one second into (room, time, rank) order: a counting sort by room, then within each room a counting sort over
/// milliseconds and ranks, or a comparison sort when a room has few events. Owned by one lane; its arrays are reused.
/// </summary>
internal sealed class SliceSorter
{
    private const int Ranks = 4;
    private const int Keys = EngineOptions.HopMs * Ranks;
    private const int FewEvents = 192;

    private readonly int[] _keyCounts = new int[Keys + 1];
    private int[] _roomCounts = new int[256];
    private int[] _rooms = new int[256];
    private int[] _order = new int[256];
    private int[] _sorted = new int[256];
    private ulong[] _fewKeys = new ulong[FewEvents];
    private RoomEvent[] _events = new RoomEvent[256];
    private int _roomCount;

    /// <summary>Rooms with events in the slice, in order of first sight.</summary>
    public ReadOnlySpan<int> Rooms => _rooms.AsSpan(0, _roomCount);

    /// <summary>Groups the events of a slice by room.</summary>
    /// <param name="events">The events in order of arrival; rooms are numbers below <paramref name="roomBound"/>.</param>
    /// <param name="roomBound">One more than the largest room number.</param>
    public void Group(ReadOnlySpan<RoomEvent> events, int roomBound)
    {
        EnsureRooms(roomBound);
        if (_order.Length < events.Length)
        {
            _order = new int[events.Length * 2];
        }

        _roomCount = 0;
        foreach (ref readonly var e in events)
        {
            if (_roomCounts[e.Room]++ == 0)
            {
                _rooms[_roomCount++] = e.Room;
            }
        }

        var end = 0;
        foreach (var room in Rooms)
        {
            var count = _roomCounts[room];
            _roomCounts[room] = end;
            end += count;
        }

        for (var i = 0; i < events.Length; i++)
        {
            _order[_roomCounts[events[i].Room]++] = i;
        }
    }

    /// <summary>The events of the n-th room of <see cref="Rooms"/> in time order; rooms are taken in order, the span is good until the next call.</summary>
    public Span<RoomEvent> Take(ReadOnlySpan<RoomEvent> events, int n, long sliceStartMs)
    {
        var from = n == 0 ? 0 : _roomCounts[_rooms[n - 1]];
        var order = _order.AsSpan(from, _roomCounts[_rooms[n]] - from);
        if (n == _roomCount - 1)
        {
            // The last one is being taken; the counts of those before it are not needed any more.
            foreach (var room in Rooms)
            {
                _roomCounts[room] = 0;
            }
        }

        if (_events.Length < order.Length)
        {
            _events = new RoomEvent[order.Length * 2];
            _sorted = new int[order.Length * 2];
        }

        var sorted = order.Length <= FewEvents ? SortFew(events, order, sliceStartMs) : SortMany(events, order, sliceStartMs);
        for (var i = 0; i < sorted.Length; i++)
        {
            _events[i] = events[sorted[i]];
        }

        return _events.AsSpan(0, order.Length);
    }

    private static int KeyOf(in RoomEvent e, long sliceStartMs) => ((int)(e.TimeMs - sliceStartMs) * Ranks) + e.Rank;

    private ReadOnlySpan<int> SortFew(ReadOnlySpan<RoomEvent> events, Span<int> order, long sliceStartMs)
    {
        var keys = _fewKeys.AsSpan(0, order.Length);
        for (var i = 0; i < order.Length; i++)
        {
            keys[i] = ((ulong)KeyOf(events[order[i]], sliceStartMs) << 32) | (uint)order[i];
        }

        keys.Sort();
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = (int)(uint)keys[i];
        }

        return order;
    }

    private ReadOnlySpan<int> SortMany(ReadOnlySpan<RoomEvent> events, ReadOnlySpan<int> order, long sliceStartMs)
    {
        Array.Clear(_keyCounts);
        foreach (var i in order)
        {
            _keyCounts[KeyOf(events[i], sliceStartMs) + 1]++;
        }

        for (var k = 1; k < _keyCounts.Length; k++)
        {
            _keyCounts[k] += _keyCounts[k - 1];
        }

        foreach (var i in order)
        {
            _sorted[_keyCounts[KeyOf(events[i], sliceStartMs)]++] = i;
        }

        return _sorted.AsSpan(0, order.Length);
    }

    private void EnsureRooms(int roomBound)
    {
        if (_roomCounts.Length < roomBound)
        {
            _roomCounts = new int[roomBound * 2];
            _rooms = new int[roomBound * 2];
        }
    }
}
