using System.Numerics;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Delays in ms, kept exactly as their values rounded down to 8 leading binary digits: values below 256 as they are, then 128
/// cells per power of two, allocated a block at a time. Quantiles are nearest rank; each walks from where it stood. Owned by one session.
/// </summary>
public sealed class DelayHistogram
{
    private const int BlockBits = 7;
    private const int BlockCells = 1 << BlockBits;
    private const int Blocks = 2 + 23;

    private readonly int[]?[] _blocks = new int[Blocks][];
    private long _count;
    private Int128 _sum;
    private Quantile _p50 = new(50);
    private Quantile _p90 = new(90);

    /// <summary>Count, mean and quantiles.</summary>
    public DelayFigures Figures =>
        _count == 0 ? default : new DelayFigures(_count, new Ratio(_sum, _count), ValueOf(At(ref _p50)), ValueOf(At(ref _p90)));

    /// <summary>Adds a delay, 0 or more and below 2^31 ms.</summary>
    public void Add(int delayMs)
    {
        var cell = CellOf(delayMs);
        (_blocks[cell >> BlockBits] ??= new int[BlockCells])[cell & (BlockCells - 1)]++;
        _count++;
        _sum += delayMs;
        _p50.Below += cell < _p50.Cell ? 1 : 0;
        _p90.Below += cell < _p90.Cell ? 1 : 0;
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_count);
        writer.Write(_sum);
        foreach (var block in _blocks)
        {
            writer.WritePacked<int>(block);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _count = reader.ReadLong();
        _sum = reader.ReadInt128();
        for (var i = 0; i < Blocks; i++)
        {
            var block = reader.ReadPacked<int>();
            _blocks[i] = block.Length == 0 ? null : block;
        }
    }

    private static int CellOf(int value)
    {
        if (value < 256)
        {
            return value;
        }

        var dropped = 32 - BitOperations.LeadingZeroCount((uint)value) - 8;
        return 256 + ((dropped - 1) * 128) + ((value >> dropped) - 128);
    }

    private static long ValueOf(int cell)
    {
        if (cell < 256)
        {
            return cell;
        }

        var dropped = ((cell - 256) / 128) + 1;
        return (((cell - 256) % 128) + 128L) << dropped;
    }

    private int At(ref Quantile quantile)
    {
        var rank = ((_count * quantile.Percent) + 99) / 100;
        while (quantile.Below >= rank)
        {
            quantile.Below -= CountAt(--quantile.Cell);
        }

        for (var here = CountAt(quantile.Cell); quantile.Below + here < rank; here = CountAt(quantile.Cell))
        {
            quantile.Below += here;
            quantile.Cell++;
        }

        return quantile.Cell;
    }

    private int CountAt(int cell) => _blocks[cell >> BlockBits] is { } block ? block[cell & (BlockCells - 1)] : 0;

    // The cell of a quantile, and how many values lie in the cells below it.
    private struct Quantile(int percent)
    {
        public readonly int Percent = percent;
        public int Cell;
        public long Below;
    }
}
