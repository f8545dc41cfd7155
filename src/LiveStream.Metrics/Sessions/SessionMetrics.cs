using LiveStream.Metrics.Events;
using LiveStream.Metrics.Funnels;
using LiveStream.Metrics.Interaction;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The composition point: the operators of one session, in the order in which they see a slice. A metric is added here by one line in
/// <see cref="Compose"/>. Sums and presence come before the list, because other operators build on them.
/// </summary>
public sealed class SessionMetrics
{
    private readonly WindowSpec[] _windows;
    private readonly long _originSecond;
    private readonly Tally _tally;
    private readonly Survival _survival = new();
    private readonly Presence _presence;
    private readonly Reach _reach;
    private readonly Orders _orders;
    private readonly SessionOperator[] _operators;

    /// <summary>Creates the operators of a session.</summary>
    /// <param name="options">What shapes the numbers.</param>
    /// <param name="names">The lane's names.</param>
    /// <param name="startMs">Time of the session's first event, ms since the Unix epoch.</param>
    public SessionMetrics(EngineOptions options, NameTable names, long startMs)
    {
        _windows = WindowSpec.From(options);
        _originSecond = startMs / EngineOptions.HopMs;
        Viewers = new ViewerTable();
        Products = new ProductTable(names);
        var rows = new TradeRows(Viewers);
        _tally = new Tally(_windows);
        _presence = new Presence(options, _windows, Viewers, _tally, _survival);
        _reach = new Reach(Viewers, rows, _windows);
        _orders = new Orders(rows, _reach, _tally, _windows, options.Caps.MaxOrdersPerSession);
        _operators = [.. Compose(options, names, rows, (int)(startMs % EngineOptions.HopMs))];
        Snapshot = new SessionSnapshot
        {
            Currency = options.Currency,
            MinorDigits = options.MinorDigits,
            StartMs = startMs,
            Windows = [.. _windows.Select(w => NewFigures(w.Name, options)), NewFigures("session", options)],
        };
    }

    /// <summary>The session's viewers.</summary>
    public ViewerTable Viewers { get; }

    /// <summary>The session's products.</summary>
    public ProductTable Products { get; }

    /// <summary>The values that <see cref="Fill"/> fills.</summary>
    public SessionSnapshot Snapshot { get; }

    /// <summary>Whether a cap made a number inexact.</summary>
    public bool Capped => Array.Exists(_operators, o => o.Capped);

    /// <summary>Session totals by <see cref="Column"/>.</summary>
    public ReadOnlySpan<long> Totals => _tally.Totals;

    /// <summary>Online at the last settled T.</summary>
    public long OnlineNow => _presence.OnlineNow;

    /// <summary>Distinct orders, and distinct paid orders, of the session.</summary>
    public (long Placed, long Paid) OrderTotals => (_orders.TotalOrders, _orders.TotalPaid);

    /// <summary>
    /// Time after the last event from which on every window is empty, everybody has left, every delay has passed, and stays so: closing
    /// a second then changes nothing but how many there were.
    /// </summary>
    public static long QuietMs(EngineOptions options)
    {
        const int Margin = 120_000;
        var windows = options.WindowMinutes[^1] * 60_000L;
        return Math.Max((windows * 5 / 2) + options.PresenceTimeoutMs, Survival.LongestMs) + Margin;
    }

    /// <summary>Begins a second, relative to the origin, in order.</summary>
    public void Open(int second)
    {
        _presence.Open(second);
        foreach (var each in _operators)
        {
            each.Open(second);
        }
    }

    /// <summary>Applies the events of the open second.</summary>
    public void Apply(in Slice slice)
    {
        _tally.Apply(slice);
        _presence.Apply(slice);
        foreach (var each in _operators)
        {
            each.Apply(slice);
        }
    }

    /// <summary>Closes the open second; windows that slide there are filled.</summary>
    /// <param name="second">The second, relative to the origin.</param>
    /// <param name="quiet">Whether the last event is longer ago than <see cref="QuietMs"/>.</param>
    public void Advance(int second, bool quiet)
    {
        var closed = new ClosedSecond(second, _originSecond + second + 1);
        _presence.Advance(second, closed.SettledSecond * EngineOptions.HopMs, quiet);
        if (quiet)
        {
            return;
        }

        _tally.Advance(closed.SettledSecond);
        foreach (var each in _operators)
        {
            each.Advance(closed);
        }

        for (var w = 0; w < _windows.Length; w++)
        {
            if (_windows[w].SlidesAt(closed.SettledSecond))
            {
                FillWindow(new SlidWindow(w, _windows[w], closed.SettledSecond));
            }
        }
    }

    /// <summary>Fills what is not tied to a window's hop; the snapshot is then complete for T.</summary>
    public void Fill(long asOfMs)
    {
        Snapshot.AsOfMs = asOfMs;
        _tally.Fill(Snapshot.SessionWindow, -1);
        _presence.Fill(Snapshot);
        foreach (var each in _operators)
        {
            each.Fill(Snapshot);
        }
    }

    /// <summary>Marks every name that the session refers to.</summary>
    public void MarkNames()
    {
        Products.Mark();
        foreach (var each in _operators)
        {
            each.MarkNames();
        }
    }

    private static WindowFigures NewFigures(string name, EngineOptions options) => new()
    {
        Name = name,
        Retention = name == "session" ? null : new Ratio(0, 0),
        Funnels = [.. options.Funnels.Select(f => new FunnelFigures { Name = f.Name, Steps = f.Steps, Users = new long[f.Steps.Count] })],
    };

    private IEnumerable<SessionOperator> Compose(EngineOptions options, NameTable names, TradeRows rows, int startMs) =>
    [
        new Headline(names),
        _survival,
        new Segments(Viewers, _presence, startMs),
        .. _windows.Select((window, w) => new Retention(window, w, Viewers, _presence, _originSecond)),
        new FirstFlagShare(Viewers, EventType.Enter, ViewerFlags.NewViewerKnown),
        new FirstFlagShare(Viewers, EventType.Payment, ViewerFlags.NewBuyerKnown),
        new Channels(Viewers, _presence, names, options.Caps.MaxChannelsPerSession),
        new Gifters(_windows),
        _reach,
        _orders,
        .. options.Funnels.Select((funnel, f) => new Funnel(funnel, f, _windows, Viewers, rows)),
        new HotProducts(options, _windows, Products, names),
        new Showcase(Products, names),
    ];

    private void FillWindow(in SlidWindow slid)
    {
        var figures = Snapshot.Windows[slid.Index];
        _tally.Fill(figures, slid.Index);
        _presence.FillWindow(figures, slid.Window);
        foreach (var each in _operators)
        {
            each.FillWindow(figures, slid);
        }
    }
}
