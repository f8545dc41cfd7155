using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Peers;

/// <summary>A sliding window of one room, the plain way: the events in a queue, and what they add up to.</summary>
public sealed class PlainWindow(long lengthMs)
{
    private readonly Queue<PlainEvent> _events = new();
    private readonly Dictionary<ulong, int> _viewers = [];
    private readonly Dictionary<string, long> _scores = [];
    private long _likes;
    private long _payments;
    private long _gmvMinor;

    /// <summary>Adds an event.</summary>
    public void Add(PlainEvent e)
    {
        _events.Enqueue(e);
        Count(e, 1);
    }

    /// <summary>Lets events go, and says what the window holds.</summary>
    public PlainFigures Slide(long asOfMs, IReadOnlyDictionary<ulong, PlainChain> chains)
    {
        var fromMs = asOfMs - lengthMs;
        while (_events.TryPeek(out var oldest) && oldest.TimeMs < fromMs)
        {
            Count(_events.Dequeue(), -1);
        }

        var top = _scores.Where(p => p.Value > 0).OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal).Take(10)
            .Select(p => p.Key).ToList();
        return new PlainFigures(
            _viewers.Count, _likes, _payments, _gmvMinor, top,
            [chains.Values.Count(c => c.ClickMs >= fromMs), chains.Values.Count(c => c.CartMs >= fromMs), chains.Values.Count(c => c.PaidMs >= fromMs)]);
    }

    private void Count(PlainEvent e, int sign)
    {
        if (e.Type != EventType.Leave)
        {
            var times = _viewers.GetValueOrDefault(e.User) + sign;
            if (times == 0)
            {
                _viewers.Remove(e.User);
            }
            else
            {
                _viewers[e.User] = times;
            }
        }

        _likes += e.Type == EventType.Like ? sign * e.Count : 0;
        if (e.Type == EventType.Payment)
        {
            _payments += sign;
            _gmvMinor += sign * e.AmountMinor;
        }

        var weight = e.Type switch { EventType.Click => 1, EventType.Cart => 3, EventType.Order => 5, EventType.Payment => 8, _ => 0 };
        if (weight != 0)
        {
            _scores[e.Product!] = _scores.GetValueOrDefault(e.Product!) + (sign * weight);
        }
    }
}

/// <summary>The latest start of a user's chain that reached click, cart, payment.</summary>
public readonly record struct PlainChain(long ClickMs, long CartMs, long PaidMs);

/// <summary>What a window holds.</summary>
public sealed record PlainFigures(int Viewers, long Likes, long Payments, long GmvMinor, List<string> Top, int[] Funnel);
