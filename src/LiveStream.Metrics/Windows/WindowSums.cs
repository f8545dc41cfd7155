using System.Numerics;
using System.Runtime.InteropServices;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// The plain sums of a session, <see cref="Column.Sums"/> columns side by side: of the second that is being applied, of the whole session,
/// and of each sliding window as a running sum to which the newest hop is added and from which the hop that leaves is taken. Owned by one
/// session; a window's cells are allocated at its first event.
/// </summary>
public sealed class WindowSums(WindowSpec[] windows)
{
    private const int Columns = Column.Sums;

    private readonly long[] _second = new long[Columns];
    private readonly long[] _totals = new long[Columns];
    private readonly long[] _hops = new long[windows.Length * Columns];
    private readonly long[] _sums = new long[windows.Length * Columns];
    private readonly long[][] _cells = [.. windows.Select(_ => Array.Empty<long>())];
    private readonly int[] _filled = new int[windows.Length];
    private bool _dirty;

    /// <summary>Sums of the session, everything closed included.</summary>
    public ReadOnlySpan<long> Totals => _totals;

    /// <summary>Sums of the second that is being applied; taking it makes the second count.</summary>
    public Span<long> Second
    {
        get
        {
            _dirty = true;
            return _second;
        }
    }

    /// <summary>Folds the applied second into the session's sums and into each window's newest hop.</summary>
    public void Close()
    {
        if (!_dirty)
        {
            return;
        }

        _dirty = false;
        Add(_totals, _second);
        for (var w = 0; w < windows.Length; w++)
        {
            if (_cells[w].Length == 0)
            {
                _cells[w] = new long[WindowSpec.Hops * Columns];
            }

            Add(_hops.AsSpan(w * Columns, Columns), _second);
            _filled[w] = WindowSpec.Hops;
        }

        Array.Clear(_second);
    }

    /// <summary>Slides a window when everything before this second (since the Unix epoch, a multiple of its hop) is closed.</summary>
    /// <param name="window">Its place among the configured windows.</param>
    /// <param name="settledSecond">T', in seconds since the Unix epoch.</param>
    /// <param name="values">Takes the window's sums.</param>
    public void Slide(int window, long settledSecond, Span<long> values)
    {
        // Hops since the last event: after a window's worth of empty ones every cell is zero and stays so.
        if (_filled[window] < 0 || _cells[window].Length == 0)
        {
            return;
        }

        _filled[window]--;
        var slot = (int)(settledSecond / windows[window].HopSeconds % WindowSpec.Hops);
        var leaving = Vectors(_cells[window].AsSpan(slot * Columns, Columns));
        var entering = Vectors(_hops.AsSpan(window * Columns, Columns));
        var sums = Vectors(_sums.AsSpan(window * Columns, Columns));
        var filled = Vectors(values[..Columns]);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += entering[i] - leaving[i];
            filled[i] = sums[i];
            leaving[i] = entering[i];
            entering[i] = default;
        }
    }

    // The number of columns is a multiple of every vector's length.
    private static Span<Vector<long>> Vectors(Span<long> columns) => MemoryMarshal.Cast<long, Vector<long>>(columns);

    private static void Add(Span<long> to, Span<long> from)
    {
        var sums = Vectors(to);
        var added = Vectors(from);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += added[i];
        }
    }
}
