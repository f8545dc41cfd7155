using LiveStream.Metrics.Funnels;
using LiveStream.Metrics.Interaction;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The composition point: everything that is counted in one session, and the snapshot that it fills. Viewers, trade and products are counted in
/// one pass over a slice (<see cref="Audience"/>); a metric beside it is added by one line in <see cref="Compose"/>.
/// </summary>
public sealed class SessionMetrics
{
    private readonly WindowSpec[] _windows;
    private readonly long _originSecond;
    private readonly NameTable _names;
    private readonly WindowSums _sums;
    private readonly DistinctCells _seen;
    private readonly DistinctCells _acting;
    private readonly SideRows _sides = new();
    private readonly Audience _audience;
    private readonly Sales _sales;
    private readonly OnlineCurve _online = new();
    private readonly SessionOperator[] _operators;

    /// <summary>Creates the metrics of a session.</summary>
    /// <param name="options">What shapes the numbers.</param>
    /// <param name="names">The lane's names.</param>
    /// <param name="startMs">Time of the session's first event, ms since the Unix epoch.</param>
    public SessionMetrics(EngineOptions options, NameTable names, long startMs)
    {
        _windows = WindowSpec.From(options);
        _names = names;
        _originSecond = startMs / EngineOptions.HopMs;
        var levels = options.Funnels.Sum(f => f.Steps.Count);
        _sums = new WindowSums(_windows);
        _seen = new DistinctCells(_windows, Column.Sums, Column.Acting - Column.Sums, Presence.SecondsKept(options), _originSecond);
        _acting = new DistinctCells(_windows, Column.Acting, Column.Funnels - Column.Acting + levels, 0, _originSecond);
        _sales = new Sales(options, _windows, names, _originSecond);
        _audience = new Audience(options, _windows, names, startMs, _sums, _seen, _acting, _sides, _sales);
        _operators = [.. Compose()];
        Snapshot = new SessionSnapshot
        {
            Currency = options.Currency,
            MinorDigits = options.MinorDigits,
            StartMs = startMs,
            Windows = [.. _windows.Select(w => NewFigures(w.Name, options)), NewFigures("session", options)],
        };
        for (var w = 0; w < _windows.Length; w++)
        {
            Snapshot.Windows[w].Retention = new Ratio(0, 0);
        }
    }

    /// <summary>Viewers that are remembered.</summary>
    public int ViewerCount => _audience.Viewers.Count;

    /// <summary>The values that <see cref="Fill"/> fills.</summary>
    public SessionSnapshot Snapshot { get; }

    /// <summary>Whether a cap made a number inexact.</summary>
    public bool Capped => _audience.Capped;

    /// <summary>Session totals by <see cref="Column"/>, the plain sums of it.</summary>
    public ReadOnlySpan<long> Totals => _sums.Totals;

    /// <summary>Online at the last settled T.</summary>
    public long OnlineNow => _online.Now;

    /// <summary>Distinct orders, and distinct paid orders, of the session.</summary>
    public (long Placed, long Paid) OrderTotals => (_acting.Total(Column.Orders), _acting.Total(Column.PaidOrders));

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

    /// <summary>
    /// Whether this counts only some of the session's viewers, beside other parts: what does not add up (peaks, delays) is then left to whoever adds
    /// the parts, see <see cref="CompleteParts"/>.
    /// </summary>
    public bool IsPart { get; set; }

    /// <summary>Online of the viewers counted here at the end of the last closed second.</summary>
    public long OnlineHere => _audience.OnlineNow;

    /// <summary>Delays found here and not yet added to the session's.</summary>
    public List<(FirstStep Of, int DelayMs)> Delays => _audience.Delays;

    /// <summary>Begins a second, relative to the origin, in order; quiet ones may be left out.</summary>
    public void Open(int second)
    {
        _seen.Open(second);
        _acting.Open(second);
        _audience.Open(second);
    }

    /// <summary>Whether an event would be applied, as far as caps are concerned.</summary>
    public bool Fits(in Events.RoomEvent e, SessionCaps caps) => _audience.Fits(e, caps);

    /// <summary>Applies the events of the open second; those that a cap turns away are counted and left out.</summary>
    /// <returns>Time of the last event that was applied, ms since the Unix epoch.</returns>
    public long Apply(in Slice slice, SessionCaps caps, ref SettleCounts counts)
    {
        var lastMs = _audience.Apply(slice, caps, ref counts);
        foreach (var each in _operators)
        {
            if ((slice.Types & each.Types) != 0)
            {
                each.Apply(slice);
            }
        }

        return lastMs;
    }

    /// <summary>Closes the open second; windows that slide there are filled.</summary>
    /// <param name="second">The second, relative to the origin.</param>
    /// <param name="quiet">Whether the last event is longer ago than <see cref="QuietMs"/>.</param>
    public void Advance(int second, bool quiet)
    {
        var settledSecond = _originSecond + second + 1;
        if (!quiet)
        {
            _audience.Close(second);
        }

        if (!IsPart)
        {
            _audience.TakeDelays(_audience.Delays);
            _online.Sample(_audience.OnlineNow, settledSecond * EngineOptions.HopMs);
        }

        if (quiet)
        {
            return;
        }

        _sales.Close(second);
        for (var w = 0; w < _windows.Length; w++)
        {
            if (_windows[w].SlidesAt(settledSecond))
            {
                Slide(second, new SlidWindow(w, _windows[w], settledSecond));
            }
        }
    }

    /// <summary>Fills what is not tied to a window's hop; the snapshot is then complete for T.</summary>
    public void Fill(long asOfMs)
    {
        Snapshot.AsOfMs = asOfMs;
        Snapshot.Online = _online.Figures;
        var session = Snapshot.SessionWindow;
        _sums.Totals.CopyTo(session.Values);
        _seen.Totals.CopyTo(session.Values[Column.Sums..]);
        _acting.Totals.CopyTo(session.Values[Column.Acting..]);
        _audience.Fill(Snapshot);
        _sales.Fill(Snapshot);
        foreach (var each in _operators)
        {
            each.Fill(Snapshot);
        }
    }

    /// <summary>
    /// Completes a snapshot to which the parts of the session at one T have been added, with what does not add up. Once per T, in order.
    /// </summary>
    public void CompleteParts(SessionSnapshot added, long online, List<(FirstStep Of, int DelayMs)> delays)
    {
        _online.Sample(online, added.AsOfMs);
        added.Online = _online.Figures;
        _audience.TakeDelays(delays);
        _audience.FillDelays(added.Whole);
    }

    /// <summary>Completes such a snapshot once more, as it was when the session's state was written.</summary>
    public void CompleteRestored(SessionSnapshot added)
    {
        added.Online = _online.Figures;
        _audience.FillDelays(added.Whole);
    }

    /// <summary>Keeps the viewers of one part of the session.</summary>
    public void KeepOnly(Func<ulong, bool> own) => _audience.KeepOnly(own);

    /// <summary>Forgets what was counted; another part of the session keeps it.</summary>
    public void Clear()
    {
        _sums.Clear();
        _seen.Clear();
        _acting.Clear();
        _audience.Clear();
        foreach (var window in Snapshot.Windows)
        {
            window.Clear();
        }
    }

    /// <summary>Adds what another part of the same session counted.</summary>
    public void Add(SessionMetrics other)
    {
        _sums.Add(other._sums);
        _seen.Add(other._seen);
        _acting.Add(other._acting);
        _audience.Add(other._audience);
        for (var w = 0; w < Snapshot.Windows.Length; w++)
        {
            Snapshot.Windows[w].Add(other.Snapshot.Windows[w]);
        }
    }

    /// <summary>Takes over the viewers of another part who are this one's.</summary>
    public void AddRows(SessionMetrics other, Func<ulong, bool> own) => _audience.AddRows(other._audience, own);

    /// <summary>Marks every name that the session refers to.</summary>
    public void MarkNames()
    {
        _audience.MarkNames();
        _sales.MarkNames();
        foreach (var each in _operators)
        {
            each.MarkNames();
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        _sums.Save(writer);
        _seen.Save(writer);
        _acting.Save(writer);
        _sides.Save(writer);
        _audience.Save(writer);
        _sales.Save(writer);
        _online.Save(writer);
        foreach (var each in _operators)
        {
            each.Save(writer);
        }

        // A window shows what it held when it slid last.
        for (var w = 0; w < _windows.Length; w++)
        {
            Snapshot.Windows[w].Save(writer);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _sums.Restore(ref reader);
        _seen.Restore(ref reader);
        _acting.Restore(ref reader);
        _sides.Restore(ref reader);
        _audience.Restore(ref reader);
        _sales.Restore(ref reader);
        _online.Restore(ref reader);
        foreach (var each in _operators)
        {
            each.Restore(ref reader);
        }

        for (var w = 0; w < _windows.Length; w++)
        {
            Snapshot.Windows[w].Restore(ref reader, _names);
        }
    }

    private static WindowFigures NewFigures(string name, EngineOptions options) => new(name, [.. options.Funnels.Select(f => (f.Name, f.Steps))]);

    private IEnumerable<SessionOperator> Compose() =>
    [
        new Headline(_names),
        new Gifters(_audience.Viewers, _sides, _acting),
    ];

    private void Slide(int second, in SlidWindow slid)
    {
        var figures = Snapshot.Windows[slid.Index];
        _sums.Slide(slid.Index, slid.SettledSecond, figures.Values);
        _seen.Slide(slid.Index, figures.Values);
        _acting.Slide(slid.Index, figures.Values);
        _audience.Slide(second, slid, figures);
        _sales.Slide(second, slid, figures);
    }
}
