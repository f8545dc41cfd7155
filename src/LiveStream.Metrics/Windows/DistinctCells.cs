using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// Exact distinct counts of a session in neighbouring columns. Per column and second a cell: how many members were last seen in it. Moving a member
/// from its old second to the new one keeps every member in exactly one cell, so the cells of a window add up to its distinct members; each
/// window's sums are kept running. Seconds are relative to the session's origin. Owned by one session; grows to the longest window.
/// </summary>
public sealed class DistinctCells
{
    /// <summary>The second of a member that was never seen.</summary>
    public const int Never = int.MinValue;

    private const int FirstRows = 64;

    private readonly WindowSpec[] _windows;
    private readonly int _first;
    private readonly int _columns;
    private readonly int _stride;
    private readonly int _seconds;
    private readonly long[] _totals;
    private readonly int[] _leaving;
    private readonly int[] _running;
    private readonly int[] _starts;
    private int _latestStart;
    private int[] _cells;
    private int _rows;
    private int _now;
    private int _slot;

    /// <summary>Creates empty counts.</summary>
    /// <param name="windows">The configured windows.</param>
    /// <param name="first">The first column.</param>
    /// <param name="columns">How many there are.</param>
    /// <param name="leastSeconds">Seconds that must be kept besides those of the windows.</param>
    /// <param name="originSecond">The session's origin, seconds since the Unix epoch.</param>
    public DistinctCells(WindowSpec[] windows, int first, int columns, int leastSeconds, long originSecond)
    {
        _windows = windows;
        _first = first;
        _columns = columns;
        _stride = (columns + 3) & ~3;
        _seconds = Math.Max(windows[^1].Seconds + windows[^1].HopSeconds, leastSeconds);
        _totals = new long[columns];
        _leaving = new int[_stride];
        _running = new int[windows.Length * _stride];
        _starts = [.. windows.Select(w => -(int)(originSecond % w.HopSeconds) - w.Seconds)];
        _latestStart = _starts.Max();
        _rows = Math.Min(FirstRows, _seconds);
        _cells = new int[_rows * _stride];
    }

    /// <summary>Members ever seen in each column.</summary>
    public ReadOnlySpan<long> Totals => _totals;

    /// <summary>Members ever seen in a column.</summary>
    public long Total(int column) => _totals[column - _first];

    /// <summary>Begins a second; seconds begin in order, those in which every cell is 0 may be left out.</summary>
    public void Open(int second)
    {
        if (second > 0 && ++_slot == _rows)
        {
            NextRow();
        }

        _now = second;
        _cells.AsSpan(_slot * _stride, _stride).Clear();
    }

    /// <summary>Brings the cells of a second near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int second)
    {
        if ((uint)(_now - second) < (uint)_rows)
        {
            Tables.CacheLine.Prefetch(ref Cell(second, 0));
        }
    }

    /// <summary>A member last seen in an earlier second (or <see cref="Never"/>) is seen in the open one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Arrive(int column, int from)
    {
        column -= _first;
        if ((uint)(_now - from) < (uint)_rows)
        {
            Cell(from, column)--;
        }

        _cells[(_slot * _stride) + column]++;
        if (from < _latestStart)
        {
            Join(column, from);
        }
    }

    /// <summary>As <see cref="Arrive"/>, and the same in another column whose cells alone matter; not for members that were never seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Arrive(int column, int cellsOnly, int from)
    {
        column -= _first;
        cellsOnly -= _first;
        if ((uint)(_now - from) < (uint)_rows)
        {
            ref var left = ref Cell(from, 0);
            Unsafe.Add(ref left, column)--;
            Unsafe.Add(ref left, cellsOnly)--;
        }

        ref var entered = ref _cells[_slot * _stride];
        Unsafe.Add(ref entered, column)++;
        Unsafe.Add(ref entered, cellsOnly)++;
        if (from < _latestStart)
        {
            Join(column, from);
        }
    }

    /// <summary>A member last seen in one second (or <see cref="Never"/>) now counts in another, which need not be the open one.</summary>
    public void Move(int column, int from, int to)
    {
        column -= _first;
        if ((uint)(_now - from) < (uint)_rows)
        {
            Cell(from, column)--;
        }

        if (_now - to < _rows)
        {
            Cell(to, column)++;
        }

        Join(column, from);
        for (var w = 0; w < _starts.Length; w++)
        {
            _running[(w * _stride) + column] -= to < _starts[w] ? 1 : 0;
        }
    }

    /// <summary>As <see cref="Arrive"/> for a column whose cells alone matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter(int column) => _cells[(_slot * _stride) + column - _first]++;

    /// <summary>Takes one member out of a second of a column whose cells alone matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(int column, int from)
    {
        if (_now - from < _rows)
        {
            Cell(from, column - _first)--;
        }
    }

    /// <summary>Members of a second of a column, which are taken out.</summary>
    public int Take(int column, int second)
    {
        if (second < 0 || _now - second >= _rows)
        {
            return 0;
        }

        ref var cell = ref Cell(second, column - _first);
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
        var first = Math.Max(Math.Max(_starts[window], 0), _now + 1 - _rows);
        _starts[window] = start;
        _latestStart = Math.Max(_latestStart, start);
        var running = _running.AsSpan(window * _stride, _stride);
        var distinct = values.Slice(_first, _columns);
        if (first >= start)
        {
            Widen(running, distinct);
            return;
        }

        var leaving = MemoryMarshal.Cast<int, Vector128<int>>(_leaving.AsSpan());
        for (var second = first; second < start; second++)
        {
            var cells = MemoryMarshal.Cast<int, Vector128<int>>(_cells.AsSpan(SlotOf(second) * _stride, _stride));
            for (var i = 0; i < leaving.Length; i++)
            {
                leaving[i] += cells[i];
            }
        }

        var sums = MemoryMarshal.Cast<int, Vector128<int>>(running);
        for (var i = 0; i < leaving.Length; i++)
        {
            sums[i] -= leaving[i];
            leaving[i] = default;
        }

        Widen(running, distinct);
    }

    /// <summary>Forgets what was counted; another part of the session keeps it.</summary>
    public void Clear()
    {
        Array.Clear(_totals);
        Array.Clear(_running);
        Array.Clear(_cells);
    }

    /// <summary>Adds what another part of the same session counted, which has closed the same seconds.</summary>
    public void Add(DistinctCells other)
    {
        for (var i = 0; i < _totals.Length; i++)
        {
            _totals[i] += other._totals[i];
        }

        Add(_running, other._running);
        Add(_cells, other._cells);
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.WritePacked<long>(_totals);
        writer.WritePacked<int>(_running);
        writer.WritePacked<int>(_starts);
        writer.Write(_latestStart);
        writer.Write(_now);
        writer.Write(_slot);
        writer.Write(_rows);
        writer.WritePacked<int>(_cells);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        reader.ReadPacked<long>(_totals);
        reader.ReadPacked<int>(_running);
        reader.ReadPacked<int>(_starts);
        _latestStart = reader.ReadInt();
        _now = reader.ReadInt();
        _slot = reader.ReadInt();
        _rows = reader.ReadCount();
        _cells = reader.ReadPacked<int>();
    }

    private static void Add(Span<int> to, ReadOnlySpan<int> added)
    {
        for (var i = 0; i < added.Length; i++)
        {
            to[i] += added[i];
        }
    }

    private static void Widen(ReadOnlySpan<int> from, Span<long> to)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[i];
        }
    }

    // Counts a member in the windows that it was not in.
    private void Join(int column, int from)
    {
        if (from == Never)
        {
            _totals[column]++;
        }

        for (var w = 0; w < _starts.Length; w++)
        {
            _running[(w * _stride) + column] += from < _starts[w] ? 1 : 0;
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
        Array.Resize(ref _cells, _rows * _stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(int second)
    {
        var slot = _slot - (_now - second);
        return slot < 0 ? slot + _rows : slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int Cell(int second, int column) => ref _cells[(SlotOf(second) * _stride) + column];
}
