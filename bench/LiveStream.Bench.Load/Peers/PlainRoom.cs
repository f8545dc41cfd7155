using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Peers;

/// <summary>A room, the plain way: three windows, the session's sums, and a funnel per user.</summary>
public sealed class PlainRoom
{
    private const long WithinMs = 30 * 60_000;

    private readonly PlainWindow[] _windows = [new(60_000), new(300_000), new(600_000)];
    private readonly HashSet<ulong> _viewers = [];
    private readonly HashSet<(ulong User, string Order)> _paidOrders = [];
    private readonly Dictionary<ulong, PlainChain> _chains = [];

    /// <summary>Events applied.</summary>
    public long Applied { get; private set; }

    /// <summary>Likes of the session.</summary>
    public long Likes { get; private set; }

    /// <summary>Payments of the session.</summary>
    public long Payments { get; private set; }

    /// <summary>Sum of payments of the session.</summary>
    public long GmvMinor { get; private set; }

    /// <summary>Distinct paid orders of the session.</summary>
    public long PaidOrders => _paidOrders.Count;

    /// <summary>Distinct viewers of the session.</summary>
    public long Viewers => _viewers.Count;

    /// <summary>The figures of the last hop.</summary>
    public PlainFigures[] Figures { get; private set; } = [];

    /// <summary>Applies an event; events come in order of time.</summary>
    public void Apply(PlainEvent e)
    {
        Applied++;
        if (e.Type != EventType.Leave)
        {
            _viewers.Add(e.User);
        }

        switch (e.Type)
        {
            case EventType.Like:
                Likes += e.Count;
                break;
            case EventType.Click:
                _chains[e.User] = _chains.GetValueOrDefault(e.User) with { ClickMs = e.TimeMs };
                break;
            case EventType.Cart when _chains.TryGetValue(e.User, out var chain) && e.TimeMs - chain.ClickMs <= WithinMs:
                _chains[e.User] = chain with { CartMs = chain.ClickMs };
                break;
            case EventType.Payment:
                Pay(e);
                break;
        }

        foreach (var window in _windows)
        {
            window.Add(e);
        }
    }

    /// <summary>Everything before T has been applied.</summary>
    public void Slide(long asOfMs) => Figures = _windows.Select(window => window.Slide(asOfMs, _chains)).ToArray();

    private void Pay(PlainEvent e)
    {
        Payments++;
        GmvMinor += e.AmountMinor;
        _paidOrders.Add((e.User, e.Order!));
        if (_chains.TryGetValue(e.User, out var chain) && e.TimeMs - chain.CartMs <= WithinMs)
        {
            _chains[e.User] = chain with { PaidMs = chain.CartMs };
        }
    }
}
