using LiveStream.Metrics.Names;
using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The products of one session, numbered densely at first sight, up to a cap, with what room events said of each. Owned by the session.
/// </summary>
public sealed class ProductTable(NameTable names, int maxProducts)
{
    private readonly NumberMap _numbers = new();
    private Product[] _products = new Product[8];
    private ProductMarks[] _marks = new ProductMarks[8];

    /// <summary>Products known.</summary>
    public int Count => _numbers.Count;

    /// <summary>A product by its number.</summary>
    public ref Product this[int product] => ref _products[product];

    /// <summary>Facts about a product.</summary>
    public ref ProductMarks MarksOf(int product) => ref _marks[product];

    /// <summary>Id of a product.</summary>
    public byte[] IdOf(int product) => names[_products[product].Name];

    /// <summary>Ordinal order of two products by their ids.</summary>
    public int Compare(int left, int right) => names.Compare(_products[left].Name, _products[right].Name);

    /// <summary>Whether a product is known, or there is room for it.</summary>
    public bool Fits(int name) => _numbers.Count < maxProducts || _numbers.Find(name) >= 0;

    /// <summary>The number of a product, given out at first sight; false when there is no room for it.</summary>
    public bool TryFindOrAdd(int name, out int number)
    {
        number = _numbers.Find(name);
        if (number < 0 && _numbers.Count < maxProducts)
        {
            number = Add(name);
        }

        return number >= 0;
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

    private int Add(int name)
    {
        var number = _numbers.Add(name);
        if (number == _products.Length)
        {
            Array.Resize(ref _products, number * 2);
            Array.Resize(ref _marks, number * 2);
        }

        _products[number] = new Product { Name = name, DisplayName = NameTable.None };
        return number;
    }
}

/// <summary>What is known of a product over the session besides its counts.</summary>
public struct Product
{
    /// <summary>Interned number of its id.</summary>
    public int Name;

    /// <summary>Interned number of its display name, or -1.</summary>
    public int DisplayName;

    /// <summary>Number of what room events said of it plus one, 0 = they did not speak of it.</summary>
    public int Exhibit;
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
}
