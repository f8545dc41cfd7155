namespace LiveStream.Metrics.Windows;

/// <summary>
/// Sums of many columns over one sliding window: a running sum, to which the newest hop is added and from which the hop that
/// leaves is taken. Owned by one session's operator.
/// </summary>
public sealed class SlidingSums(WindowSpec window, int columns)
{
    private readonly long[] _cells = new long[WindowSpec.Hops * columns];
    private readonly long[] _current = new long[columns];
    private readonly long[] _sums = new long[columns];
    private int _filled;

    /// <summary>Sums as of the last hop, one per column.</summary>
    public ReadOnlySpan<long> Sums => _sums;

    /// <summary>Adds one settled second to the hop that is being collected.</summary>
    public void Add(ReadOnlySpan<long> second)
    {
        for (var i = 0; i < _current.Length; i++)
        {
            _current[i] += second[i];
        }

        _filled = WindowSpec.Hops;
    }

    /// <summary>Slides when everything before this second (since the Unix epoch, a multiple of the window's hop) is settled.</summary>
    public void Slide(long settledSecond)
    {
        if (_filled < 0)
        {
            return;
        }

        // Hops since the last event: after a window's worth of empty ones every cell is zero and stays so.
        _filled--;
        var row = _cells.AsSpan((int)(settledSecond / window.HopSeconds % WindowSpec.Hops) * columns, columns);
        for (var i = 0; i < row.Length; i++)
        {
            _sums[i] += _current[i] - row[i];
            row[i] = _current[i];
        }

        Array.Clear(_current);
    }
}
