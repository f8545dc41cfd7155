using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
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
    private readonly ProductRows _rows;
    private readonly ProductLog _log;
    private readonly Ranking[] _rankings;
    private readonly SessionRanking _session;
    private readonly int[] _starts;
    private readonly int[][] _history;
    private SecondOfProduct[] _second = new SecondOfProduct[8];
    private SecondOfProduct[] _leaving = new SecondOfProduct[8];
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
        _rows = new ProductRows(options, windows.Length + 1);
        _log = new ProductLog(windows[^1].Seconds + windows[^1].HopSeconds + 2);
        _rankings = [.. windows.Select((_, scope) => new Ranking(_rows, products, scope, options.Top))];
        _session = new SessionRanking(_rows, products, windows.Length, options.Top);
        _starts = [.. windows.Select(w => -(int)(originSecond % w.HopSeconds) - w.Seconds)];
        _history = [.. windows.Select(_ => Array.Empty<int>())];
    }

    private int SessionScope => _windows.Length;

    /// <summary>What happened to each product in the second that is being applied.</summary>
    public ReadOnlySpan<SecondOfProduct> Second => _second.AsSpan(0, _secondCount);

    /// <summary>Takes an event of a product: an impression, click, cart, order or payment.</summary>
    public void Apply(ref ProductSlot product, in RoomEvent e, ReadOnlySpan<EventDetail> details)
    {
        ref var counts = ref SecondOf(ref product).Counts;
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
        _rows.Ensure(_products.Count);
        var entries = Second;
        foreach (ref readonly var entry in entries)
        {
            _rows.Prefetch(entry.Product);
            _log.Append(entry.Product, entry.Counts);
        }

        foreach (ref readonly var entry in entries)
        {
            _rows.Add(entry.Product, entry.Counts);
            foreach (var ranking in _rankings)
            {
                ranking.Change(entry.Product);
            }

            _session.Change(entry.Product);
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
    public void Fill(WindowFigures figures) => FillRows(figures.HotProducts, _session.Top, SessionScope, []);

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        _rows.Save(writer);
        _log.Save(writer);
        writer.WritePacked<int>(_starts);
        foreach (var lists in _history)
        {
            writer.WritePacked<int>(lists);
        }

        writer.Write(_secondCount);
        foreach (ref readonly var entry in Second)
        {
            writer.WriteCopy(entry);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _rows.Restore(ref reader, _products.Count + 1);
        _log.Restore(ref reader);
        reader.ReadPacked<int>(_starts);
        for (var w = 0; w < _history.Length; w++)
        {
            _history[w] = reader.ReadPacked<int>();
        }

        _secondCount = reader.ReadCount(Unsafe.SizeOf<SecondOfProduct>());
        _second = new SecondOfProduct[Math.Max(8, _secondCount)];
        for (var i = 0; i < _secondCount; i++)
        {
            _second[i] = reader.ReadCopy<SecondOfProduct>();
            _products.SlotOfProduct(_second[i].Product).InSecond = i;
        }

        foreach (var ranking in _rankings)
        {
            ranking.Forget();
        }

        _session.ChooseAnew();
    }

    private ref SecondOfProduct SecondOf(ref ProductSlot product)
    {
        if (product.InSecond < _secondCount && _second[product.InSecond].Product == product.Number)
        {
            return ref _second[product.InSecond];
        }

        if (_secondCount == _second.Length)
        {
            Array.Resize(ref _second, _secondCount * 2);
        }

        product.InSecond = _secondCount;
        _second[_secondCount] = new SecondOfProduct { Product = product.Number };
        return ref _second[_secondCount++];
    }

    // Reads a second first, so that the rows are near when they are needed.
    private void TakeOut(int window, int second)
    {
        if (!_log.Seek(second, out var end))
        {
            return;
        }

        var count = 0;
        while (_log.Read(end, out var product, out var taken))
        {
            if (count == _leaving.Length)
            {
                Array.Resize(ref _leaving, count * 2);
            }

            _rows.Prefetch(product);
            _leaving[count++] = new SecondOfProduct { Product = product, Counts = taken };
        }

        foreach (ref readonly var leaving in _leaving.AsSpan(0, count))
        {
            _rows.Subtract(leaving.Product, window, leaving.Counts);
            _rankings[window].Change(leaving.Product);
        }
    }

    private void FillRows(List<HotProduct> rows, ReadOnlySpan<int> top, int scope, ReadOnlySpan<int> previous)
    {
        rows.Clear();
        foreach (var product in top)
        {
            rows.Add(new HotProduct(_products.IdOf(product), previous.IndexOf(product) + 1, _rows.ScoreOf(product, scope), _rows.CountsOf(product, scope)));
        }
    }
}

/// <summary>What happened to one product in one second.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct SecondOfProduct
{
    /// <summary>Product number.</summary>
    public int Product;

    /// <summary>Its events.</summary>
    public ProductCounts Counts;
}
