using System.Numerics;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Products;

/// <summary>
/// Counts and scores of the products in one window, and its top list. Dense by product number. Owned by <see cref="HotProducts"/>.
/// </summary>
public sealed class Ranking(HotProductOptions options, ProductTable products, NameTable names)
{
    private ProductCounts[] _counts = new ProductCounts[8];
    private long[] _scores = new long[8];
    private readonly int[] _top = new int[options.Top];
    private bool _stale;
    private int _topCount;

    /// <summary>Product numbers of the top list, best first.</summary>
    public ReadOnlySpan<int> Top
    {
        get
        {
            if (_stale)
            {
                Select();
                _stale = false;
            }

            return _top.AsSpan(0, _topCount);
        }
    }

    /// <summary>Adds (sign 1) or takes out (sign -1) one event.</summary>
    public void Add(in ProductEvent e, int sign)
    {
        if (e.Product >= _counts.Length)
        {
            var length = Math.Max(e.Product + 1, _counts.Length * 2);
            Array.Resize(ref _counts, length);
            Array.Resize(ref _scores, length);
        }

        ref var counts = ref _counts[e.Product];
        ref var score = ref _scores[e.Product];
        switch (e.Type)
        {
            case EventType.Impression:
                counts.Impressions += sign;
                break;
            case EventType.Click:
                counts.Clicks += sign;
                score += sign * (long)options.Click;
                break;
            case EventType.Cart:
                counts.Carts += sign;
                score += sign * (long)options.Cart;
                break;
            case EventType.Order:
                counts.Orders += sign;
                score += sign * (long)options.Order;
                break;
            case EventType.Payment:
                counts.Payments += sign;
                counts.Units += sign * (long)e.Units;
                counts.GmvMinor += sign * e.AmountMinor;
                score += sign * (long)options.Payment;
                break;
        }

        _stale = true;
    }

    /// <summary>Fills the rows of the top list.</summary>
    /// <param name="rows">What is filled.</param>
    /// <param name="previous">Top list of the window before, -1 past its end.</param>
    public void Fill(List<HotProduct> rows, ReadOnlySpan<int> previous)
    {
        rows.Clear();
        foreach (var product in Top)
        {
            rows.Add(new HotProduct(names[products[product].Name], previous.IndexOf(product) + 1, _scores[product], _counts[product]));
        }
    }

    private void Select()
    {
        _topCount = 0;
        long least = 1;
        var scores = _scores.AsSpan(0, Math.Min(products.Count, _scores.Length));
        for (var product = Next(scores, 0, least); product < scores.Length; product = Next(scores, product + 1, least))
        {
            if (_topCount == _top.Length && !IsBefore(product, _top[_topCount - 1]))
            {
                continue;
            }

            var at = _topCount < _top.Length ? _topCount++ : _topCount - 1;
            for (; at > 0 && IsBefore(product, _top[at - 1]); at--)
            {
                _top[at] = _top[at - 1];
            }

            _top[at] = product;
            least = _topCount == _top.Length ? _scores[_top[^1]] : 1;
        }
    }

    // The next product with a score that can still make the list; most products are passed over a vector at a time.
    private static int Next(ReadOnlySpan<long> scores, int from, long least)
    {
        var bound = new Vector<long>(least);
        for (; from <= scores.Length - Vector<long>.Count; from += Vector<long>.Count)
        {
            if (Vector.GreaterThanOrEqualAny(new Vector<long>(scores[from..]), bound))
            {
                break;
            }
        }

        while (from < scores.Length && scores[from] < least)
        {
            from++;
        }

        return from;
    }

    private bool IsBefore(int left, int right)
    {
        if (_scores[left] != _scores[right])
        {
            return _scores[left] > _scores[right];
        }

        if (_counts[left].GmvMinor != _counts[right].GmvMinor)
        {
            return _counts[left].GmvMinor > _counts[right].GmvMinor;
        }

        return names.Compare(products[left].Name, products[right].Name) < 0;
    }
}
