using LiveStream.Metrics.Events;
using LiveStream.Metrics.Funnels;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The composition point: every operator of one session, in the order in which they see a slice, close a second and fill the
/// snapshot. Adding a metric is one operator in a file of its own and a line in each of these lists.
/// </summary>
public sealed class SessionMetrics
{
    private readonly WindowSpec[] _windows;
    private readonly long _originSecond;
    private readonly int _startOffsetMs;
    private readonly Headline _headline;
    private readonly Tally _tally;
    private readonly Survival _survival = new();
    private readonly Presence _presence;
    private readonly Segments _segments;
    private readonly Retention[] _retention;
    private readonly FirstFlagShare _newViewers;
    private readonly FirstFlagShare _newBuyers;
    private readonly Channels _channels;
    private readonly Reach _reach;
    private readonly Orders _orders;
    private readonly Funnel[] _funnels;
    private readonly HotProducts _hotProducts;
    private readonly Showcase _showcase;

    /// <summary>Creates the operators of a session.</summary>
    /// <param name="options">What shapes the numbers.</param>
    /// <param name="names">The lane's names.</param>
    /// <param name="startMs">Time of the session's first event, ms since the Unix epoch.</param>
    public SessionMetrics(EngineOptions options, NameTable names, long startMs)
    {
        _windows = WindowSpec.From(options);
        _originSecond = startMs / EngineOptions.HopMs;
        _startOffsetMs = (int)(startMs % EngineOptions.HopMs);
        Viewers = new ViewerTable();
        Products = new ProductTable(names);
        var rows = new TradeRows(Viewers);
        _headline = new Headline(names);
        _tally = new Tally(_windows);
        _presence = new Presence(options, _windows, Viewers, _tally, _survival);
        _segments = new Segments(Viewers);
        _retention = [.. _windows.Select(w => new Retention(w, Viewers, _originSecond))];
        _newViewers = new FirstFlagShare(Viewers, EventType.Enter, ViewerFlags.NewViewerKnown);
        _newBuyers = new FirstFlagShare(Viewers, EventType.Payment, ViewerFlags.NewBuyerKnown);
        _channels = new Channels(Viewers, names, options.Caps.MaxChannelsPerSession);
        _reach = new Reach(Viewers, rows, _windows);
        _orders = new Orders(rows, _tally, _windows, options.Caps.MaxOrdersPerSession);
        _funnels = [.. options.Funnels.Select(f => new Funnel(f, _windows, rows))];
        _hotProducts = new HotProducts(options, _windows, Products, names, _originSecond);
        _showcase = new Showcase(Products, names);
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
    public bool Capped => _channels.Capped || _orders.Capped;

    /// <summary>Session totals by <see cref="Column"/>.</summary>
    public ReadOnlySpan<long> Totals => _tally.Totals;

    /// <summary>Online at the last settled T.</summary>
    public long OnlineNow => _presence.OnlineNow;

    /// <summary>Distinct orders, and distinct paid orders, of the session.</summary>
    public (long Placed, long Paid) OrderTotals => (_orders.TotalOrders, _orders.TotalPaid);

    /// <summary>Begins a second, relative to the origin; each is begun once, in order.</summary>
    public void Open(int second)
    {
        _survival.Open(second);
        _presence.Open(second);
        _reach.Open(second);
        _orders.Open(second);
        foreach (var funnel in _funnels)
        {
            funnel.Open(second);
        }
    }

    /// <summary>Applies the events of the open second.</summary>
    public void Apply(in Slice slice)
    {
        _headline.Apply(slice);
        _tally.Apply(slice);
        _presence.Apply(slice);
        _segments.Apply(slice, _presence.Activations, _startOffsetMs);
        foreach (var retention in _retention)
        {
            retention.Apply(_presence.Activations, slice.Second);
        }

        _newViewers.Apply(slice);
        _newBuyers.Apply(slice);
        _channels.Apply(slice);
        _reach.Apply(slice);
        _orders.Apply(slice);
        foreach (var funnel in _funnels)
        {
            funnel.Apply(slice, Viewers);
        }

        _hotProducts.Apply(slice);
        _showcase.Apply(slice);
    }

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

    /// <summary>Closes the open second; windows that slide there are filled.</summary>
    /// <param name="second">The second, relative to the origin.</param>
    /// <param name="quiet">Whether the last event is longer ago than <see cref="QuietMs"/>.</param>
    public void Advance(int second, bool quiet)
    {
        var settledSecond = _originSecond + second + 1;
        _presence.Advance(second, settledSecond * EngineOptions.HopMs, quiet);
        if (quiet)
        {
            return;
        }

        _survival.Advance(second);
        _tally.Advance(settledSecond);
        _hotProducts.Advance(second);
        foreach (var retention in _retention)
        {
            retention.Advance(settledSecond);
        }

        for (var w = 0; w < _windows.Length; w++)
        {
            if (_windows[w].SlidesAt(settledSecond))
            {
                FillWindow(w, settledSecond);
            }
        }
    }

    /// <summary>Fills what is not tied to a window's hop; the snapshot is then complete for T.</summary>
    public void Fill(long asOfMs)
    {
        Snapshot.AsOfMs = asOfMs;
        var session = Snapshot.SessionWindow;
        _headline.Fill(Snapshot);
        _tally.Fill(session, -1);
        _presence.Fill(Snapshot);
        _segments.Fill(Snapshot);
        _survival.Fill(Snapshot);
        Snapshot.Whole.NewViewerShare = _newViewers.Share;
        Snapshot.Whole.NewBuyerShare = _newBuyers.Share;
        _channels.Fill(Snapshot.Whole, _presence.Total);
        _reach.FillSession(session);
        _reach.Fill(Snapshot.Whole);
        _orders.Fill(Snapshot, _reach.Buyers);
        for (var f = 0; f < _funnels.Length; f++)
        {
            _funnels[f].FillSession(session.Funnels[f]);
        }

        _hotProducts.FillSession(session);
        _showcase.Fill(Snapshot);
    }

    /// <summary>Marks every name that the session refers to.</summary>
    public void MarkNames()
    {
        _headline.Mark();
        _channels.Mark();
        Products.Mark();
    }

    private static WindowFigures NewFigures(string name, EngineOptions options) => new()
    {
        Name = name,
        Retention = name == "session" ? null : new Ratio(0, 0),
        Funnels = [.. options.Funnels.Select(f => new FunnelFigures { Name = f.Name, Steps = f.Steps, Users = new long[f.Steps.Count] })],
    };

    private void FillWindow(int w, long settledSecond)
    {
        var figures = Snapshot.Windows[w];
        _tally.Fill(figures, w);
        _presence.FillWindow(figures, _windows[w]);
        figures.Retention = _retention[w].Value;
        _reach.FillWindow(figures, _windows[w]);
        _orders.FillWindow(figures, _windows[w]);
        for (var f = 0; f < _funnels.Length; f++)
        {
            _funnels[f].FillWindow(figures.Funnels[f], _windows[w]);
        }

        _hotProducts.FillWindow(figures, w, settledSecond);
    }
}
