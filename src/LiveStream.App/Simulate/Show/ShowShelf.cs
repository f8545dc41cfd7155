namespace LiveStream.App.Simulate;

/// <summary>The products of a show's room: prices, popularity and what is left of each. Owned by its room.</summary>
internal sealed class ShowShelf
{
    /// <summary>Products of one room, most popular first.</summary>
    public const int Count = 24;

    private const double PopularityExponent = 0.6;

    private readonly AliasTable _popularity = AliasTable.Zipf(Count, PopularityExponent);
    private readonly long[] _priceMinor = new long[Count];
    private readonly int[] _capacity = new int[Count];
    private readonly int[] _unordered = new int[Count];
    private readonly int[] _unpaid = new int[Count];

    public ShowShelf(ref SeededRandom random)
    {
        for (var i = 0; i < Count; i++)
        {
            _priceMinor[i] = 990 + (random.Below(60) * 1000);
            _capacity[i] = random.Between(6, 60) * 10;
            _unordered[i] = _capacity[i];
            _unpaid[i] = _capacity[i];
        }
    }

    public int Pick(ref SeededRandom random) => _popularity.Pick(random.Next());

    /// <summary>Share of the clicks that nobody steers.</summary>
    public double Share(int product) => _popularity.Shares[product];

    public long PriceMinor(int product) => _priceMinor[product];

    /// <summary>Units on sale less those paid: the value of a stock event.</summary>
    public int Stock(int product) => _unpaid[product];

    public bool TryOrder(int product, int quantity)
    {
        if (_unordered[product] < quantity)
        {
            return false;
        }

        _unordered[product] -= quantity;
        return true;
    }

    public void GiveBack(int product, int quantity) => _unordered[product] += quantity;

    /// <summary>Takes paid units off; true when the product should be filled up.</summary>
    public bool Pay(int product, int quantity)
    {
        _unpaid[product] -= quantity;
        return _unordered[product] < _capacity[product] / 10 && product < Count / 2;
    }

    public bool IsSoldOut(int product) => _unpaid[product] <= 0;

    public void FillUp(int product)
    {
        _unordered[product] += _capacity[product];
        _unpaid[product] += _capacity[product];
    }
}
