using LiveStream.Metrics.Names;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The products of one session, numbered densely at first sight, with what room events said of each. Owned by the session. Capped
/// by the caller.
/// </summary>
public sealed class ProductTable(NameTable names)
{
    private readonly Dictionary<int, int> _numbers = [];
    private Product[] _products = new Product[8];

    /// <summary>Products known.</summary>
    public int Count => _numbers.Count;

    /// <summary>A product by its number.</summary>
    public ref Product this[int product] => ref _products[product];

    /// <summary>Whether a product is known.</summary>
    public bool Contains(int name) => _numbers.ContainsKey(name);

    /// <summary>The number of a product, given out at first sight.</summary>
    public int GetOrAdd(int name)
    {
        if (!_numbers.TryGetValue(name, out var number))
        {
            number = _numbers.Count;
            _numbers.Add(name, number);
            if (number == _products.Length)
            {
                Array.Resize(ref _products, number * 2);
            }

            _products[number] = new Product { Name = name, DisplayName = NameTable.None };
        }

        return number;
    }

    /// <summary>Marks the names it refers to.</summary>
    public void Mark()
    {
        for (var i = 0; i < Count; i++)
        {
            names.Mark(_products[i].Name);
            names.Mark(_products[i].DisplayName);
        }
    }
}

/// <summary>What is known of a product over the session.</summary>
public struct Product
{
    /// <summary>Interned number of its id.</summary>
    public int Name;

    /// <summary>Interned number of its display name, or -1.</summary>
    public int DisplayName;

    /// <summary>Time of the event that gave the display name.</summary>
    public long DisplayNameMs;

    /// <summary>Explanations begun.</summary>
    public long Explains;

    /// <summary>Sum of the closed explanations.</summary>
    public long ExplainedMs;

    /// <summary>Clicks inside its explanations.</summary>
    public long ExplainedClicks;

    /// <summary>Payments inside its explanations.</summary>
    public long ExplainedPayments;

    /// <summary>Sum of the payments inside its explanations, minor units.</summary>
    public Int128 ExplainedGmvMinor;

    /// <summary>Time of the latest stock event.</summary>
    public long StockMs;

    /// <summary>Units left now: the latest stock less what was paid since.</summary>
    public long StockLeft;

    /// <summary>Units paid in the last five minutes.</summary>
    public long RecentUnits;

    /// <summary>What happened to it.</summary>
    public ProductMarks Marks;
}

/// <summary>Facts about a product.</summary>
[Flags]
public enum ProductMarks : byte
{
    None = 0,

    /// <summary>An event other than unlist named it.</summary>
    Named = 1,

    /// <summary>It was listed.</summary>
    Listed = 2,

    /// <summary>It was paid.</summary>
    Paid = 4,

    /// <summary>Its stock is known.</summary>
    Stocked = 8,

    /// <summary>It stands in one of the snapshot's lists of products.</summary>
    Shown = 16,
}
