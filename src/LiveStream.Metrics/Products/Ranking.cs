namespace LiveStream.Metrics.Products;

/// <summary>
/// The top list of one window. Of all products it follows the scores of a few dozen candidates; every other product's score is at most the
/// floor, so the list is found among the candidates as long as its last row is above the floor, and else chosen anew from all. Owned by
/// <see cref="HotProducts"/>, which tells it of every product that changes.
/// </summary>
public sealed class Ranking
{
    private readonly ProductRows _rows;
    private readonly ProductTable _products;
    private readonly int _scope;
    private readonly TopList _top;
    private readonly int[] _candidates;
    private readonly long[] _scores;
    private readonly int _kept;
    private long[] _all = [];
    private long _floor;
    private int _count;
    private bool _stale;

    // Whether the list has a row that is no candidate, or could get one.
    private bool _reachesFloor;

    /// <summary>An empty list.</summary>
    /// <param name="rows">The products' counts.</param>
    /// <param name="products">The session's products.</param>
    /// <param name="scope">Its place among the scopes.</param>
    /// <param name="top">Rows of the list, 1..100.</param>
    public Ranking(ProductRows rows, ProductTable products, int scope, int top)
    {
        _rows = rows;
        _products = products;
        _scope = scope;
        _top = new TopList(rows, products, scope, top);
        _kept = Math.Max(24, top + (top / 2));
        var capacity = Math.Min(byte.MaxValue, _kept * 2);
        _candidates = new int[capacity];
        _scores = new long[capacity];
    }

    /// <summary>Product numbers of the top list, best first: by score, sum of payments, id. Products with score 0 are left out.</summary>
    public ReadOnlySpan<int> Top
    {
        get
        {
            if (_stale)
            {
                Select();
                _stale = false;
            }

            return _top.Products;
        }
    }

    /// <summary>A product's events in the window, and with them perhaps its score, have changed.</summary>
    public void Change(int product)
    {
        var score = _rows.ScoreOf(product, _scope);
        var place = _rows.PlaceOf(product, _scope);
        _stale |= place != 0 || score > _floor || _reachesFloor;
        if (place != 0)
        {
            _scores[place - 1] = score;
        }
        else if (score > _floor)
        {
            if (_count == _candidates.Length)
            {
                Narrow();
            }

            if (score > _floor)
            {
                Admit(product, score);
            }
        }
    }

    /// <summary>Chooses the candidates anew when the list is asked for next: the counts were restored.</summary>
    public void Forget()
    {
        _count = 0;
        _floor = long.MaxValue;
        _stale = true;
    }

    private void Admit(int product, long score)
    {
        _candidates[_count] = product;
        _scores[_count] = score;
        _rows.PlaceOf(product, _scope) = (byte)++_count;
    }

    // Keeps the better part of the candidates: all whose score is above that of the first one left out.
    private void Narrow()
    {
        Span<long> sorted = stackalloc long[byte.MaxValue];
        sorted = sorted[.._count];
        _scores.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        _floor = Math.Max(_floor, sorted[_count - _kept - 1]);
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            var product = _candidates[i];
            _rows.PlaceOf(product, _scope) = 0;
            if (_scores[i] > _floor)
            {
                _candidates[kept] = product;
                _scores[kept] = _scores[i];
                _rows.PlaceOf(product, _scope) = (byte)++kept;
            }
        }

        _count = kept;
    }

    private void Select()
    {
        SelectAmongCandidates();
        if (_floor > 0 && IsFloorReached)
        {
            ChooseAnew();
        }

        _reachesFloor = IsFloorReached;
    }

    private bool IsFloorReached => !_top.IsFull || _top.LastScore <= _floor;

    private void SelectAmongCandidates()
    {
        _top.Clear();
        for (var i = 0; i < _count; i++)
        {
            _top.Add(_candidates[i], _scores[i]);
        }
    }

    private void ChooseAnew()
    {
        var products = _products.Count;
        if (_all.Length < products)
        {
            _all = new long[products * 2];
        }

        _count = 0;
        var positive = 0;
        for (var product = 0; product < products; product++)
        {
            _rows.PlaceOf(product, _scope) = 0;
            var score = _rows.ScoreOf(product, _scope);
            if (score > 0)
            {
                _all[positive++] = score;
            }
        }

        var sorted = _all.AsSpan(0, positive);
        sorted.Sort();
        _floor = positive > _kept ? sorted[positive - _kept - 1] : 0;
        _top.Clear();
        for (var product = 0; product < products; product++)
        {
            var score = _rows.ScoreOf(product, _scope);
            if (score > _floor)
            {
                Admit(product, score);
            }

            // Among many equal scores the list's last rows may stand at the floor: they are chosen from all, not from the candidates.
            _top.Add(product, score);
        }
    }
}
