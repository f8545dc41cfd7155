using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// Wraps a workload and does to it what networks and gateways do: sends events out of order, some beyond the lateness, trade events
/// twice, and garbage in between. Every choice is seeded. Holds only what is under way.
/// </summary>
public sealed class DisturbedSource : IEventSource
{
    private const int GarbageKinds = (int)GarbageKind.TooDeep;
    private const double OtherContents = 0.2;

    private readonly IEventSource _inner;
    private readonly PriorityQueue<SimulatedEvent, (long SendMs, long Turn)> _underWay = new();
    private readonly SimulationOptions _options;
    private readonly bool _delays;
    private SeededRandom _random;
    private SimulatedEvent _next;
    private bool _hasNext;
    private long _turn;

    /// <param name="inner">The workload, ordered by send time.</param>
    /// <param name="options">Shares; a workload that delays its own events (W1) only gets copies and garbage here.</param>
    public DisturbedSource(IEventSource inner, SimulationOptions options)
    {
        _inner = inner;
        _options = options;
        _delays = options.Workload != Workload.W1;
        _random = new SeededRandom(options.Seed, 2);
    }

    /// <inheritdoc/>
    public bool Ended => !_hasNext && _underWay.Count == 0 && _inner.Ended;

    /// <inheritdoc/>
    public bool TryNext(long untilMs, ref SimulatedEvent e)
    {
        while (true)
        {
            _hasNext = _hasNext || _inner.TryNext(untilMs, ref _next);
            if (_underWay.TryPeek(out _, out var first) && first.SendMs <= untilMs && (!_hasNext || first.SendMs <= _next.SendMs))
            {
                e = _underWay.Dequeue();
                return true;
            }

            if (!_hasNext || _next.SendMs > untilMs)
            {
                return false;
            }

            _hasNext = false;
            if (Disturb(ref _next))
            {
                e = _next;
                return true;
            }
        }
    }

    /// <summary>Decides an event's fate; true when it is sent at once.</summary>
    private bool Disturb(ref SimulatedEvent e)
    {
        if (_random.Chance(_options.Garbage))
        {
            var garbage = e;
            garbage.Garbage = (GarbageKind)_random.Between(1, GarbageKinds);
            Hold(garbage);
        }

        var nominalMs = e.SendMs;
        if (_delays)
        {
            e.SendMs += DelayMs(EventTypes.IsViewer(e.Type));
        }

        var late = e.SendMs - e.TimeMs > _options.DisorderMs;
        if (!late && EventTypes.IsTrade(e.Type) && _random.Chance(_options.Duplicates))
        {
            Hold(CopyOf(in e));
        }

        if (e.SendMs == nominalMs)
        {
            return true;
        }

        Hold(e);
        return false;
    }

    private int DelayMs(bool mayBeLate)
    {
        var draw = _random.Unit();
        if (draw < _options.Late)
        {
            return mayBeLate ? _options.LatenessMs + _random.Between(100, 3000) : 0;
        }

        return draw < _options.Late + _options.Disorder ? _random.Between(1, Math.Max(1, _options.DisorderMs)) : 0;
    }

    /// <summary>A copy that is sent within the time of disorder, so that the copy itself is not late.</summary>
    private SimulatedEvent CopyOf(in SimulatedEvent e)
    {
        var copy = e;
        copy.SendMs = Math.Max(e.SendMs, e.TimeMs + _random.Between(0, _options.DisorderMs));
        if (_random.Chance(OtherContents))
        {
            copy.TimeMs += _random.Between(-_options.LatenessMs / 10, 0);
            copy.AmountMinor = Math.Max(0, copy.AmountMinor - (_random.Below(3) * 100));
            copy.Quantity = _random.Between(1, copy.Quantity + 1);
        }

        return copy;
    }

    private void Hold(SimulatedEvent e) => _underWay.Enqueue(e, (e.SendMs, _turn++));
}
