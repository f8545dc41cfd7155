using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// The exact distinct counts of a session. Per column and second a cell: how many members were last seen in it. Moving a member from its old second
/// to the new one keeps every member in exactly one cell, so the cells of a window add up to its distinct members; the sum is kept
/// running, one vector of all windows per column. Seconds are relative to the session's origin. Owned by one session; grows to the longest window.
/// </summary>
public sealed class DistinctCells
{
    /// <summary>The second of a member that was never seen.</summary>
    public const int Never = int.MinValue;

    private const int FirstRows = 64;

    private readonly WindowSpec[] _windows;
    private readonly int _columns;
    private readonly int _seconds;
    private readonly long[] _totals;
    private readonly int[] _leaving;
    private readonly Vector256<int>[] _running;
    private Vector256<int> _starts;
    private int[] _cells;
    private int _rows;
    private int _now;
    private int _slot;

    /// <summary>Creates empty counts.</summary>
    /// <param name="windows">The configured windows, at most 8.</param>
    /// <param name="columns">Distinct columns.</param>
    /// <param name="leastSeconds">Seconds that must be kept besides those of the windows.</param>
    /// <param name="originSecond">The session's origin, seconds since the Unix epoch.</param>
    public DistinctCells(WindowSpec[] windows, int columns, int leastSeconds, long originSecond)
    {
        _windows = windows;
        _columns = (columns + 3) & ~3;
        _seconds = Math.Max(windows[^1].Seconds + windows[^1].HopSeconds, leastSeconds);
        _totals = new long[columns];
        _leaving = new int[_columns];
        _running = new Vector256<int>[columns];
        _rows = Math.Min(FirstRows, _seconds);
        _cells = new int[_rows * _columns];
        for (var w = 0; w < windows.Length; w++)
        {
            _starts = _starts.WithElement(w, -(int)(originSecond % windows[w].HopSeconds) - windows[w].Seconds);
        }
    }

    /// <summary>Members ever seen in each column, from <see cref="Column.Sums"/> on.</summary>
    public ReadOnlySpan<long> Totals => _totals;

    /// <summary>Members ever seen in a column.</summary>
    public long Total(int column) => _totals[column - Column.Sums];

    /// <summary>Begins a second; seconds begin in order, those in which every cell is 0 may be left out.</summary>
    public void Open(int second)
    {
        if (second > 0 && ++_slot == _rows)
        {
            NextRow();
        }

        _now = second;
        _cells.AsSpan(_slot * _columns, _columns).Clear();
    }

    /// <summary>A member last seen in an earlier second (or <see cref="Never"/>) is seen in the open one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Arrive(int column, int from)
    {
        column -= Column.Sums;
        if (from == Never)
        {
            _totals[column]++;
        }
        else if (_now - from < _rows)
        {
            Cell(from, column)--;
        }

        _cells[(_slot * _columns) + column]++;
        _running[column] -= Vector256.GreaterThan(_starts, Vector256.Create(from));
    }

    /// <summary>A member last seen in one second (or <see cref="Never"/>) now counts in another, which need not be the open one.</summary>
    public void Move(int column, int from, int to)
    {
        column -= Column.Sums;
        if (from == Never)
        {
            _totals[column]++;
        }
        else if (_now - from < _rows)
        {
            Cell(from, column)--;
        }

        if (_now - to < _rows)
        {
            Cell(to, column)++;
        }

        _running[column] += Vector256.GreaterThan(_starts, Vector256.Create(to)) - Vector256.GreaterThan(_starts, Vector256.Create(from));
    }

    /// <summary>As <see cref="Arrive"/> for a column whose cells alone matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter(int column) => _cells[(_slot * _columns) + column - Column.Sums]++;

    /// <summary>Takes one member out of a second of a column whose cells alone matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(int column, int from)
    {
        if (_now - from < _rows)
        {
            Cell(from, column - Column.Sums)--;
        }
    }

    /// <summary>Members of a second of a column, which are taken out.</summary>
    public int Take(int column, int second)
    {
        if (second < 0 || _now - second >= _rows)
        {
            return 0;
        }

        ref var cell = ref Cell(second, column - Column.Sums);
        var members = cell;
        cell = 0;
        return members;
    }

    /// <summary>Slides a window to the end of the open second, a multiple of its hop.</summary>
    /// <param name="window">Its place among the configured windows.</param>
    /// <param name="values">Takes the distinct counts at their columns.</param>
    public void Slide(int window, Span<long> values)
    {
        var start = _now + 1 - _windows[window].Seconds;
        var leaving = MemoryMarshal.Cast<int, Vector128<int>>(_leaving.AsSpan());
        var any = false;
        for (var second = Math.Max(Math.Max(_starts[window], 0), _now + 1 - _rows); second < start; second++)
        {
            var cells = MemoryMarshal.Cast<int, Vector128<int>>(_cells.AsSpan(SlotOf(second) * _columns, _columns));
            for (var i = 0; i < leaving.Length; i++)
            {
                leaving[i] += cells[i];
            }

            any = true;
        }

        _starts = _starts.WithElement(window, start);
        var distinct = values[Column.Sums..];
        for (var c = 0; c < _running.Length; c++)
        {
            ref var running = ref Unsafe.Add(ref Unsafe.As<Vector256<int>, int>(ref _running[c]), window);
            running -= _leaving[c];
            distinct[c] = running;
        }

        if (any)
        {
            leaving.Clear();
        }
    }

    private void NextRow()
    {
        if (_rows == _seconds)
        {
            _slot = 0;
            return;
        }

        // Nothing has wrapped yet, so rows stay where they are.
        _rows = Math.Min(_rows * 2, _seconds);
        Array.Resize(ref _cells, _rows * _columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(int second)
    {
        var slot = _slot - (_now - second);
        return slot < 0 ? slot + _rows : slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int Cell(int second, int column) => ref _cells[(SlotOf(second) * _columns) + column];
}
