using System.Numerics;
using System.Runtime.CompilerServices;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The products of one session, numbered densely at first sight, up to a cap. What each event of a product needs stands in the slot that finds it
/// by its interned name: open addressing, at most half full. Owned by the session.
/// </summary>
public sealed class ProductTable(NameTable names, int maxProducts)
{
    private ProductSlot[] _slots = new ProductSlot[16];
    private Product[] _products = new Product[8];
    private int _shift = 28;

    /// <summary>Products known.</summary>
    public int Count { get; private set; }

    /// <summary>A product by its number.</summary>
    public ref Product this[int product] => ref _products[product];

    /// <summary>Id of a product.</summary>
    public byte[] IdOf(int product) => names[_products[product].Name];

    /// <summary>Ordinal order of two products by their ids.</summary>
    public int Compare(int left, int right) => names.Compare(_products[left].Name, _products[right].Name);

    /// <summary>Brings the slot of a product near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int name) => CacheLine.Prefetch(ref _slots[Home(name)]);

    /// <summary>Whether a product is known, or there is room for it.</summary>
    public bool Fits(int name) => Count < maxProducts || SlotOf(name).IsUsed;

    /// <summary>The slot of a product, numbered at first sight; one that is not used when there is no room for it. Good until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ProductSlot FindOrAdd(int name)
    {
        ref var slot = ref SlotOf(name);
        return ref slot.IsUsed || Count >= maxProducts ? ref slot : ref Add(name);
    }

    /// <summary>The slot of a product that is known.</summary>
    public ref ProductSlot SlotOfProduct(int product) => ref SlotOf(_products[product].Name);

    /// <summary>Marks the names it refers to.</summary>
    public void Mark()
    {
        for (var i = 0; i < Count; i++)
        {
            names.Mark(_products[i].Name);
            names.Mark(_products[i].DisplayName);
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Count);
        for (var i = 0; i < Count; i++)
        {
            writer.WriteName(_products[i].Name);
            writer.WriteName(_products[i].DisplayName);
            writer.Write(_products[i].Exhibit);
            writer.Write((int)SlotOfProduct(i).Marks);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        for (var products = reader.ReadCount(); products > 0; products--)
        {
            ref var slot = ref Add(reader.ReadName());
            ref var product = ref _products[slot.Number];
            product.DisplayName = reader.ReadName();
            product.Exhibit = reader.ReadInt();
            slot.Marks = (ProductMarks)reader.ReadInt();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Home(int name) => (int)(((uint)name * 0x9E37_79B9u) >> _shift);

    // The slot of the name, or the free one where it would stand.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ProductSlot SlotOf(int name)
    {
        var mask = _slots.Length - 1;
        var at = Home(name);
        while (_slots[at].IsUsed && _slots[at].Name != name)
        {
            at = (at + 1) & mask;
        }

        return ref _slots[at];
    }

    private ref ProductSlot Add(int name)
    {
        if ((Count + 1) * 2 > _slots.Length)
        {
            Grow();
        }

        if (Count == _products.Length)
        {
            Array.Resize(ref _products, Count * 2);
        }

        _products[Count] = new Product { Name = name, DisplayName = NameTable.None };
        ref var slot = ref SlotOf(name);
        slot = new ProductSlot(name, Count++);
        return ref slot;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new ProductSlot[old.Length * 2];
        _shift = 32 - BitOperations.Log2((uint)_slots.Length);
        foreach (ref readonly var slot in old.AsSpan())
        {
            if (slot.IsUsed)
            {
                SlotOf(slot.Name) = slot;
            }
        }
    }
}

/// <summary>What an event of a product needs of it, 16 bytes.</summary>
public struct ProductSlot(int name, int number)
{
    private readonly int _named = name + 1;

    /// <summary>Its number.</summary>
    public readonly int Number = number;

    /// <summary>Its place among the products of the open second; believed only if it stands there.</summary>
    public int InSecond;

    /// <summary>Facts about it.</summary>
    public ProductMarks Marks;

    /// <summary>Whether it is a product's.</summary>
    public readonly bool IsUsed => _named != 0;

    /// <summary>Interned number of its id.</summary>
    public readonly int Name => _named - 1;
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
