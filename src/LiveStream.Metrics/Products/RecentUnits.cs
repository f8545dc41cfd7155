using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Products;

/// <summary>
/// Units paid per product in the last five minutes, for the time until it is sold out. Remembers one entry a product and second with a payment.
/// Owned by one session.
/// </summary>
public sealed class RecentUnits
{
    private const int Seconds = 300;

    private readonly Queue<(int Second, int Product, long Units)> _paid = new();
    private long[] _units = [];

    /// <summary>Units of a product paid in the five minutes up to the closed second.</summary>
    public long Of(int product) => product < _units.Length ? _units[product] : 0;

    /// <summary>Closes a second.</summary>
    /// <param name="second">The second, relative to the origin.</param>
    /// <param name="entries">What happened in it.</param>
    public void Close(int second, ReadOnlySpan<SecondOfProduct> entries)
    {
        foreach (ref readonly var entry in entries)
        {
            if (entry.Counts.Payments != 0)
            {
                Pay(second, entry.Product, entry.Counts.Units);
            }
        }

        while (_paid.TryPeek(out var oldest) && oldest.Second <= second - Seconds)
        {
            _units[oldest.Product] -= oldest.Units;
            _paid.Dequeue();
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.WritePacked<long>(_units);
        writer.Write(_paid.Count);
        foreach (var (second, product, units) in _paid)
        {
            writer.Write(second);
            writer.Write(product);
            writer.Write(units);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _units = reader.ReadPacked<long>();
        for (var paid = reader.ReadCount(); paid > 0; paid--)
        {
            _paid.Enqueue((reader.ReadInt(), reader.ReadInt(), reader.ReadLong()));
        }
    }

    private void Pay(int second, int product, long units)
    {
        if (product >= _units.Length)
        {
            Array.Resize(ref _units, Math.Max(8, (product + 1) * 2));
        }

        _units[product] += units;
        _paid.Enqueue((second, product, units));
    }
}
