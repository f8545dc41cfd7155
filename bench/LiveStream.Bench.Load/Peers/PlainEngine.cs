using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Peers;

/// <summary>
/// The engine as a good programmer writes it in an afternoon: Dictionary, HashSet, Queue and LINQ, one thread. Fewer metrics than ours:
/// three windows of viewers, likes, payments, GMV, top 10 and one funnel, for every room every second, settled in event-time order.
/// </summary>
public sealed class PlainEngine(long latenessMs)
{
    private readonly Dictionary<string, PlainRoom> _rooms = [];
    private readonly SortedDictionary<long, List<PlainEvent>> _waiting = [];
    private long _largestMs = long.MinValue / 2;
    private long _nextHopMs = long.MaxValue;
    private long _snapshots;

    /// <summary>Takes an event in, and settles what it makes final.</summary>
    public void Add(PlainEvent e)
    {
        var boundMs = _largestMs - latenessMs;
        if (e.TimeMs < boundMs)
        {
            if (!EventTypes.IsTrade(e.Type))
            {
                return;
            }

            e = e with { TimeMs = boundMs };
        }

        var second = e.TimeMs / 1000;
        if (!_waiting.TryGetValue(second, out var events))
        {
            _waiting[second] = events = [];
        }

        events.Add(e);
        if (e.TimeMs > _largestMs)
        {
            _largestMs = e.TimeMs;
            Settle(_largestMs - latenessMs);
        }
    }

    /// <summary>Settles everything before T.</summary>
    public void Settle(long untilMs)
    {
        while (_waiting.Count > 0 && (_waiting.First().Key + 1) * 1000 <= untilMs)
        {
            var (second, events) = _waiting.First();
            _waiting.Remove(second);
            _nextHopMs = Math.Min(_nextHopMs, second * 1000);
            SlideUpTo(second * 1000);
            foreach (var room in events.GroupBy(e => e.Room))
            {
                if (!_rooms.TryGetValue(room.Key, out var state))
                {
                    _rooms[room.Key] = state = new PlainRoom();
                }

                foreach (var e in room.OrderBy(e => e.TimeMs))
                {
                    state.Apply(e);
                }
            }

            SlideUpTo((second + 1) * 1000);
        }
    }

    /// <summary>Sums over the rooms.</summary>
    public Answer Answer => new()
    {
        Applied = _rooms.Values.Sum(r => r.Applied),
        Likes = _rooms.Values.Sum(r => r.Likes),
        Payments = _rooms.Values.Sum(r => r.Payments),
        GmvMinor = _rooms.Values.Sum(r => r.GmvMinor),
        PaidOrders = _rooms.Values.Sum(r => r.PaidOrders),
        Viewers = _rooms.Values.Sum(r => r.Viewers),
        Snapshots = _snapshots,
    };

    private void SlideUpTo(long asOfMs)
    {
        for (; _nextHopMs < asOfMs; _nextHopMs += 1000)
        {
            foreach (var room in _rooms.Values)
            {
                room.Slide(_nextHopMs + 1000);
                _snapshots++;
            }
        }
    }
}
