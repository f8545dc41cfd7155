using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The ranking of products per window with their ranks in the window before, and over the session. Events are summed up per second and product;
/// a closed second is added to every window and to the log, from which each window takes out what leaves it. Owned by one session.
/// </summary>
public sealed class HotProducts
{
    private readonly WindowSpec[] _windows;
    private readonly ProductTable _products;
    private readonly HotProductOptions _options;
    private readonly ProductLog _log;
    private readonly Ranking[] _rankings;
    private readonly int[] _starts;
    private readonly int[][] _history;
    private readonly int _scopes;
    private ProductCounts[] _counts = [];
    private int[] _inSecond = [];
    private SecondOfProduct[] _second = new SecondOfProduct[8];
    private int _secondCount;

    /// <summary>Creates empty rankings.</summary>
    /// <param name="options">Weights and the length of the list.</param>
    /// <param name="windows">The configured windows.</param>
    /// <param name="products">The session's products.</param>
    /// <param name="originSecond">The session's origin, seconds since the Unix epoch.</param>
    public HotProducts(HotProductOptions options, WindowSpec[] windows, ProductTable products, long originSecond)
    {
        _windows = windows;
        _products = products;
        _options = options;
        _scopes = windows.Length + 1;
        _log = new ProductLog(windows[^1].Seconds + windows[^1].HopSeconds + 2);
        _rankings = [.. Enumerable.Range(0, _scopes).Select(scope => new Ranking(this, products, scope, options.Top))];
        _starts = [.. windows.Select(w => -(int)(originSecond % w.HopSeconds) - w.Seconds)];
        _history = [.. windows.Select(_ => Array.Empty<int>())];
    }

    private int SessionScope => _windows.Length;

    /// <summary>What happened to each product in the second that is being applied.</summary>
    public ReadOnlySpan<SecondOfProduct> Second => _second.AsSpan(0, _secondCount);

    /// <summary>Events of a product in a window, or in the session behind the last window.</summary>
    public ref readonly ProductCounts CountsOf(int product, int scope) => ref _counts[(product * _scopes) + scope];

    /// <summary>Score of a product in a window, or in the session behind the last window.</summary>
    public long ScoreOf(int product, int scope)
    {
        var at = (product * _scopes) + scope;
        return at < _counts.Length ? Score(_counts[at]) : 0;
    }

    /// <summary>Takes an event of a product: an impression, click, cart, order or payment.</summary>
    public void Apply(int product, in RoomEvent e, ReadOnlySpan<EventDetail> details)
    {
        ref var counts = ref SecondOf(product).Counts;
        switch (e.Type)
        {
            case EventType.Click:
                counts.Clicks++;
                break;
            case EventType.Cart:
                counts.Carts++;
                break;
            case EventType.Order:
                counts.Orders++;
                break;
            case EventType.Payment:
                counts.Payments++;
                counts.Units += e.Count;
                counts.GmvMinor += details[e.Detail].Value;
                break;
            case EventType.Impression:
                counts.Impressions++;
                break;
        }
    }

    /// <summary>Closes a second.</summary>
    public void Close(int second)
    {
        EnsureCounts();
        foreach (ref readonly var entry in Second)
        {
            var at = entry.Product * _scopes;
            for (var scope = 0; scope < _scopes; scope++)
            {
                ref var counts = ref _counts[at + scope];
                Add(ref counts, entry.Counts);
                _rankings[scope].Change(entry.Product, Score(counts));
            }

            _log.Append(entry.Product, entry.Counts);
        }

        _secondCount = 0;
        _log.Close(second);
    }

    /// <summary>Slides a window to the end of the closed second.</summary>
    public void Slide(int second, in SlidWindow slid, WindowFigures figures)
    {
        var w = slid.Index;
        var start = second + 1 - slid.Window.Seconds;

        // Seconds that were left out because nothing happened may lie further back than the log goes.
        for (var leaving = Math.Max(Math.Max(_starts[w], 0), second + 2 - _log.Seconds); leaving < start; leaving++)
        {
            TakeOut(w, leaving);
        }

        _starts[w] = start;
        var top = _rankings[w].Top;
        if (_history[w].Length == 0)
        {
            if (top.Length == 0)
            {
                return;
            }

            _history[w] = new int[WindowSpec.Hops * _options.Top];
            Array.Fill(_history[w], -1);
        }

        // The list from a window ago stands where the new one goes.
        var slot = (int)(slid.SettledSecond / slid.Window.HopSeconds % WindowSpec.Hops);
        var previous = _history[w].AsSpan(slot * _options.Top, _options.Top);
        FillRows(figures.HotProducts, top, w, previous);
        previous[top.Length..].Fill(-1);
        top.CopyTo(previous);
    }

    /// <summary>Fills the session's list.</summary>
    public void Fill(WindowFigures figures) => FillRows(figures.HotProducts, _rankings[SessionScope].Top, SessionScope, []);

    private static void Add(ref ProductCounts to, in ProductCounts added)
    {
        to.Impressions += added.Impressions;
        to.Clicks += added.Clicks;
        to.Carts += added.Carts;
        to.Orders += added.Orders;
        if (added.Payments != 0)
        {
            to.Payments += added.Payments;
            to.Units += added.Units;
            to.GmvMinor += added.GmvMinor;
        }
    }

    private static void Subtract(ref ProductCounts from, in ProductCounts taken)
    {
        from.Impressions -= taken.Impressions;
        from.Clicks -= taken.Clicks;
        from.Carts -= taken.Carts;
        from.Orders -= taken.Orders;
        if (taken.Payments != 0)
        {
            from.Payments -= taken.Payments;
            from.Units -= taken.Units;
            from.GmvMinor -= taken.GmvMinor;
        }
    }

    private long Score(in ProductCounts counts) => ((long)counts.Clicks * _options.Click) + ((long)counts.Carts * _options.Cart)
        + ((long)counts.Orders * _options.Order) + ((long)counts.Payments * _options.Payment);

    // A product's place in the second is believed only if the product stands there: what is left of other seconds does no harm.
    private ref SecondOfProduct SecondOf(int product)
    {
        if (product >= _inSecond.Length)
        {
            Array.Resize(ref _inSecond, Math.Max(8, (product + 1) * 2));
        }

        ref var place = ref _inSecond[product];
        if (place < _secondCount && _second[place].Product == product)
        {
            return ref _second[place];
        }

        if (_secondCount == _second.Length)
        {
            Array.Resize(ref _second, _secondCount * 2);
        }

        place = _secondCount;
        _second[_secondCount] = new SecondOfProduct { Product = product };
        return ref _second[_secondCount++];
    }

    private void EnsureCounts()
    {
        if (_products.Count * _scopes > _counts.Length)
        {
            Array.Resize(ref _counts, Math.Max(_products.Count, _counts.Length / _scopes * 3 / 2) * _scopes);
        }
    }

    private void TakeOut(int window, int second)
    {
        if (!_log.Seek(second, out var end))
        {
            return;
        }

        while (_log.Read(end, out var product, out var taken))
        {
            ref var counts = ref _counts[(product * _scopes) + window];
            Subtract(ref counts, taken);
            _rankings[window].Change(product, Score(counts));
        }
    }

    private void FillRows(List<HotProduct> rows, ReadOnlySpan<int> top, int scope, ReadOnlySpan<int> previous)
    {
        rows.Clear();
        foreach (var product in top)
        {
            rows.Add(new HotProduct(_products.IdOf(product), previous.IndexOf(product) + 1, ScoreOf(product, scope), CountsOf(product, scope)));
        }
    }
}

/// <summary>What happened to one product in one second.</summary>
public struct SecondOfProduct
{
    /// <summary>Product number.</summary>
    public int Product;

    /// <summary>Its events.</summary>
    public ProductCounts Counts;
}
