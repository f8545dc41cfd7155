using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The ranking of products per window with their ranks in the window before, and over the session. Also keeps the units paid
/// per product in the last five minutes, which the same log yields.
/// </summary>
public sealed class HotProducts : SessionOperator
{
    private const int RecentSeconds = 300;

    private readonly WindowSpec[] _windows;
    private readonly ProductTable _products;
    private readonly ProductLog _log;
    private readonly Ranking[] _rankings;
    private readonly Ranking _session;
    private readonly int[][] _history;
    private readonly int _top;

    /// <summary>Creates empty rankings.</summary>
    public HotProducts(EngineOptions options, WindowSpec[] windows, ProductTable products, NameTable names)
    {
        _windows = windows;
        _products = products;
        _top = options.HotProducts.Top;
        _log = new ProductLog(Math.Max(windows[^1].Seconds + windows[^1].HopSeconds, RecentSeconds) + 2);
        _rankings = [.. windows.Select(_ => new Ranking(options.HotProducts, products, names))];
        _session = new Ranking(options.HotProducts, products, names);
        _history = new int[windows.Length][];
    }

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            ref readonly var e = ref slice.Events[i];
            var product = slice.Products[i];
            if (product < 0 || e.Type is < EventType.Click or > EventType.Order)
            {
                continue;
            }

            var isPayment = e.Type == EventType.Payment;
            var entry = new ProductEvent(product, e.Type, isPayment ? e.Count : 0, isPayment ? slice.Details[e.Detail].Value : 0);
            _log.Add(entry);
            _session.Add(entry, 1);
        }
    }

    /// <inheritdoc/>
    public override void Advance(in ClosedSecond closed)
    {
        var second = closed.Second;
        _log.Close(second);
        MoveRecent(second, 1);
        MoveRecent(second - RecentSeconds, -1);
        for (var w = 0; w < _windows.Length; w++)
        {
            var window = _windows[w];
            if (window.SlidesAt(closed.SettledSecond))
            {
                Move(_rankings[w], second - window.HopSeconds, second, 1);
                Move(_rankings[w], second - window.Seconds - window.HopSeconds, second - window.Seconds, -1);
            }
        }
    }

    /// <inheritdoc/>
    public override void FillWindow(WindowFigures figures, in SlidWindow slid)
    {
        var w = slid.Index;
        var top = _rankings[w].Top;
        if (_history[w] is null && top.Length != 0)
        {
            _history[w] = new int[WindowSpec.Hops * _top];
            Array.Fill(_history[w], -1);
        }

        // The list from a window ago stands where the new one goes.
        var slot = (int)(slid.SettledSecond / slid.Window.HopSeconds % WindowSpec.Hops);
        var previous = _history[w] is null ? [] : _history[w].AsSpan(slot * _top, _top);
        _rankings[w].Fill(figures.HotProducts, previous);
        previous.Fill(-1);
        if (!previous.IsEmpty)
        {
            top.CopyTo(previous);
        }
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot) => _session.Fill(snapshot.SessionWindow.HotProducts, []);

    private void Move(Ranking ranking, int afterSecond, int toSecond, int sign)
    {
        var to = _log.EndOf(toSecond);
        for (var p = _log.EndOf(afterSecond); p < to; p++)
        {
            ranking.Add(_log.At(p), sign);
        }
    }

    private void MoveRecent(int second, int sign)
    {
        var to = _log.EndOf(second);
        for (var p = _log.EndOf(second - 1); p < to; p++)
        {
            ref readonly var e = ref _log.At(p);
            _products[e.Product].RecentUnits += sign * (long)e.Units;
        }
    }
}
