using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Products;

/// <summary>
/// The counts of every product in every scope (each window, and the session behind them), a product's side by side so that a look at one costs a
/// line or two. Sums of payments stand apart, since most products have none. Dense by product number. Owned by <see cref="HotProducts"/>.
/// </summary>
public sealed class ProductRows
{
    private const int Impressions = 0;
    private const int Clicks = 1;
    private const int Carts = 2;
    private const int Orders = 3;
    private const int Payments = 4;
    private const int Counts = 5;
    private const int FirstRoom = 4;

    private readonly HotProductOptions _options;
    private readonly int _scopes;
    private readonly int _places;
    private readonly int _stride;
    private uint[] _rows = [];
    private Sum[] _sums = [];
    private int _sumCount;

    /// <summary>No rows.</summary>
    public ProductRows(HotProductOptions options, int scopes)
    {
        _options = options;
        _scopes = scopes;
        _places = scopes * Counts;
        _stride = (_places + ((scopes + 3) / 4) + 1 + 3) & ~3;
    }

    /// <summary>How many products there is room for.</summary>
    public int Room => _rows.Length / _stride;

    /// <summary>Makes room for so many products.</summary>
    public void Ensure(int products)
    {
        if (products * _stride <= _rows.Length)
        {
            return;
        }

        // By steps that are every session's, whenever it comes to them.
        var room = FirstRoom;
        while (room < products)
        {
            room = room * 3 / 2;
        }

        var outgrown = _rows;
        _rows = OutgrownArrays<uint>.Take(room * _stride);
        outgrown.CopyTo(_rows, 0);
        OutgrownArrays<uint>.Keep(outgrown);
    }

    /// <summary>Brings the row of a product near.</summary>
    public void Prefetch(int product)
    {
        CacheLine.Prefetch(ref _rows[product * _stride]);
        CacheLine.Prefetch(ref _rows[(product * _stride) + _stride - 1]);
    }

    /// <summary>Where a ranking keeps the place of a product among its candidates; 0 at first.</summary>
    public ref byte PlaceOf(int product, int scope) => ref Unsafe.Add(ref Unsafe.As<uint, byte>(ref _rows[(product * _stride) + _places]), scope);

    /// <summary>Score of a product in a scope.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ScoreOf(int product, int scope) => Score(_rows.AsSpan((product * _stride) + (scope * Counts), Counts));

    /// <summary>Sum of the payments of a product in a scope, minor units.</summary>
    public Int128 GmvMinorOf(int product, int scope) => SumOf(product) is var sum && sum < 0 ? 0 : _sums[sum + scope].GmvMinor;

    /// <summary>All that is counted of a product in a scope.</summary>
    public ProductCounts CountsOf(int product, int scope)
    {
        var row = _rows.AsSpan((product * _stride) + (scope * Counts), Counts);
        var counts = new ProductCounts
        {
            Impressions = row[Impressions], Clicks = row[Clicks], Carts = row[Carts], Orders = row[Orders], Payments = row[Payments],
        };
        if (SumOf(product) is var sum && sum >= 0)
        {
            counts.Units = _sums[sum + scope].Units;
            counts.GmvMinor = _sums[sum + scope].GmvMinor;
        }

        return counts;
    }

    /// <summary>Adds what happened to a product to every scope.</summary>
    public void Add(int product, in ProductCounts added)
    {
        for (var scope = 0; scope < _scopes; scope++)
        {
            var row = _rows.AsSpan((product * _stride) + (scope * Counts), Counts);
            row[Impressions] += added.Impressions;
            row[Clicks] += added.Clicks;
            row[Carts] += added.Carts;
            row[Orders] += added.Orders;
            row[Payments] += added.Payments;
        }

        if (added.Payments != 0)
        {
            AddSums(product, added);
        }
    }

    /// <summary>Takes out of a scope what has left it.</summary>
    public void Subtract(int product, int scope, in ProductCounts taken)
    {
        var row = _rows.AsSpan((product * _stride) + (scope * Counts), Counts);
        row[Impressions] -= taken.Impressions;
        row[Clicks] -= taken.Clicks;
        row[Carts] -= taken.Carts;
        row[Orders] -= taken.Orders;
        row[Payments] -= taken.Payments;
        if (taken.Payments != 0)
        {
            ref var sum = ref _sums[SumOf(product) + scope];
            sum.Units -= taken.Units;
            sum.GmvMinor -= taken.GmvMinor;
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.WritePacked<uint>(_rows);
        writer.Write(_sumCount);
        foreach (ref readonly var sum in _sums.AsSpan(0, _sumCount * _scopes))
        {
            writer.WriteCopy(sum);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    /// <param name="reader">Where it is read from.</param>
    /// <param name="products">How many products there are.</param>
    public void Restore(ref StateReader reader, int products)
    {
        // As Ensure makes room.
        _rows = reader.ReadPacked<uint>(Math.Max(FirstRoom, products * 3 / 2) * _stride);
        _sumCount = reader.ReadCount(_scopes * Unsafe.SizeOf<Sum>());
        _sums = new Sum[_sumCount * _scopes];
        foreach (ref var sum in _sums.AsSpan())
        {
            sum = reader.ReadCopy<Sum>();
        }
    }

    private long Score(ReadOnlySpan<uint> row) => ((long)row[Clicks] * _options.Click) + ((long)row[Carts] * _options.Cart)
        + ((long)row[Orders] * _options.Order) + ((long)row[Payments] * _options.Payment);

    // Stored as the number of the product's sums plus one.
    private int SumOf(int product) => ((int)_rows[(product * _stride) + _stride - 1] - 1) * _scopes;

    private void AddSums(int product, in ProductCounts added)
    {
        ref var number = ref _rows[(product * _stride) + _stride - 1];
        if (number == 0)
        {
            number = (uint)++_sumCount;
            if (_sumCount * _scopes > _sums.Length)
            {
                Array.Resize(ref _sums, Math.Max(4, _sumCount * 3 / 2) * _scopes);
            }
        }

        foreach (ref var sum in _sums.AsSpan(SumOf(product), _scopes))
        {
            sum.Units += added.Units;
            sum.GmvMinor += added.GmvMinor;
        }
    }

    // No gap behind it: it is written as it lies in memory.
    [StructLayout(LayoutKind.Sequential, Pack = sizeof(long))]
    private struct Sum
    {
        public Int128 GmvMinor;
        public long Units;
    }
}
