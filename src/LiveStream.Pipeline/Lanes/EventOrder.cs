using LiveStream.Metrics.Events;

namespace LiveStream.Pipeline.Lanes;

/// <summary>
/// Brings the events of a slice into (time, rank) order. Most came in order: the few that came late are sorted among themselves and merged
/// with the rest; a slice in disorder is sorted by counting. Stable. Owned by one lane; its arrays are reused.
/// </summary>
internal sealed class EventOrder
{
    private readonly int[] _counts = new int[RoomSlice.Keys + 1];
    private RoomEvent[] _sorted = new RoomEvent[256];
    private ulong[] _late = new ulong[64];
    private int[] _onTime = new int[256];

    /// <summary>The events in order: the slice's own when they are, else copies, good until the next call.</summary>
    public Span<RoomEvent> Of(RoomSlice slice)
    {
        var events = slice.Events;
        if (slice.InOrder)
        {
            return events;
        }

        if (_sorted.Length < events.Length)
        {
            _sorted = new RoomEvent[events.Length * 2];
            _onTime = new int[events.Length * 2];
        }

        var late = Part(slice, events);
        if (late < 0)
        {
            SortByCounting(slice, events);
        }
        else
        {
            Merge(slice, events, late);
        }

        return _sorted.AsSpan(0, events.Length);
    }

    // Parts what came in order from what came late; -1 when too much came late.
    private int Part(RoomSlice slice, ReadOnlySpan<RoomEvent> events)
    {
        var most = Math.Max(16, events.Length / 4);
        if (_late.Length < most)
        {
            _late = new ulong[most * 2];
        }

        var (late, onTime, largest) = (0, 0, 0);
        for (var i = 0; i < events.Length; i++)
        {
            var key = slice.KeyOf(events[i]);
            if (key >= largest)
            {
                largest = key;
                _onTime[onTime++] = i;
            }
            else if (late < most)
            {
                _late[late++] = ((ulong)key << 32) | (uint)i;
            }
            else
            {
                return -1;
            }
        }

        _late.AsSpan(0, late).Sort();
        return late;
    }

    // Of two with one key the earlier arrival comes first.
    private void Merge(RoomSlice slice, ReadOnlySpan<RoomEvent> events, int late)
    {
        var onTime = events.Length - late;
        var (i, k) = (0, 0);
        for (var at = 0; at < events.Length; at++)
        {
            if (k < late && (i == onTime || _late[k] < (((ulong)slice.KeyOf(events[_onTime[i]]) << 32) | (uint)_onTime[i])))
            {
                _sorted[at] = events[(int)(uint)_late[k++]];
            }
            else
            {
                _sorted[at] = events[_onTime[i++]];
            }
        }
    }

    private void SortByCounting(RoomSlice slice, ReadOnlySpan<RoomEvent> events)
    {
        Array.Clear(_counts);
        foreach (ref readonly var e in events)
        {
            _counts[slice.KeyOf(e) + 1]++;
        }

        for (var k = 1; k < _counts.Length; k++)
        {
            _counts[k] += _counts[k - 1];
        }

        foreach (ref readonly var e in events)
        {
            _sorted[_counts[slice.KeyOf(e)]++] = e;
        }
    }
}
