using System.Numerics;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Delays in ms, kept exactly as their values rounded down to 8 leading binary digits: values below 256 as they are, then 128
/// cells per power of two. Quantiles are nearest rank. Allocates at the first value.
/// </summary>
public sealed class DelayHistogram
{
    private const int Cells = 256 + (23 * 128);

    private int[] _cells = [];
    private long _count;
    private Int128 _sum;
    private DelayFigures _figures;
    private bool _stale;

    /// <summary>Adds a delay, 0 or more and below 2^31 ms.</summary>
    public void Add(int delayMs)
    {
        if (_cells.Length == 0)
        {
            _cells = new int[Cells];
        }

        _cells[CellOf(delayMs)]++;
        _count++;
        _sum += delayMs;
        _stale = true;
    }

    /// <summary>Count, mean and quantiles.</summary>
    public DelayFigures Figures
    {
        get
        {
            if (_stale)
            {
                _figures = new DelayFigures(_count, new Ratio(_sum, _count), Quantile(50), Quantile(90));
                _stale = false;
            }

            return _figures;
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

    private long Quantile(int percent)
    {
        var rank = ((_count * percent) + 99) / 100;
        long seen = 0;
        for (var cell = 0; cell < _cells.Length; cell++)
        {
            seen += _cells[cell];
            if (seen >= rank)
            {
                return ValueOf(cell);
            }
        }

        return 0;
    }
}
