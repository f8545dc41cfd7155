using System.Runtime.CompilerServices;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The best products of one scope in order: by score, sum of payments, id; none with score 0. What it is told of it keeps if it belongs there. Owned by a
/// ranking.
/// </summary>
public sealed class TopList(ProductRows rows, ProductTable products, int scope, int length)
{
    private readonly int[] _products = new int[length];
    private readonly long[] _scores = new long[length];
    private int _count;

    // The smallest score that can still make the list.
    private long _least = 1;

    /// <summary>Product numbers, best first.</summary>
    public ReadOnlySpan<int> Products => _products.AsSpan(0, _count);

    /// <summary>Whether another one would push the last out.</summary>
    public bool IsFull => _count == _products.Length;

    /// <summary>Score of the last row, if there is one.</summary>
    public long LastScore => _scores[_count - 1];

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _count = 0;
        _least = 1;
    }

    /// <summary>Takes a product that is not in it, if it belongs there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int product, long score)
    {
        if (score >= _least)
        {
            Insert(product, score);
        }
    }

    /// <summary>A product, in the list or not, has got more of everything, or as much.</summary>
    public void Raise(int product, long score)
    {
        if (score < _least)
        {
            return;
        }

        if (Products.IndexOf(product) is var at && at >= 0)
        {
            MoveUp(product, score, at);
        }
        else
        {
            Insert(product, score);
        }
    }

    private void Insert(int product, long score)
    {
        if (!IsFull)
        {
            MoveUp(product, score, _count++);
        }
        else if (IsBefore(product, score, _count - 1))
        {
            MoveUp(product, score, _count - 1);
        }
    }

    private void MoveUp(int product, long score, int at)
    {
        for (; at > 0 && IsBefore(product, score, at - 1); at--)
        {
            _products[at] = _products[at - 1];
            _scores[at] = _scores[at - 1];
        }

        _products[at] = product;
        _scores[at] = score;
        _least = IsFull ? _scores[^1] : 1;
    }

    private bool IsBefore(int product, long score, int row)
    {
        if (score != _scores[row])
        {
            return score > _scores[row];
        }

        var (gmvMinor, rowGmvMinor) = (rows.GmvMinorOf(product, scope), rows.GmvMinorOf(_products[row], scope));
        return gmvMinor != rowGmvMinor ? gmvMinor > rowGmvMinor : products.Compare(product, _products[row]) < 0;
    }
}
