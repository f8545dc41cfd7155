using System.Numerics;
using System.Runtime.InteropServices;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// Exact distinct counts of sliding windows: how many members were last seen in each of the last seconds. Moving a member from its
/// old second to the new one keeps every member in exactly one cell, so a sum of cells is a count of distinct members.
/// Seconds are relative to the session's origin. Owned by one session's operator; allocates at its first member.
/// </summary>
public sealed class DistinctRing(int seconds)
{
    /// <summary>The second of a member that was never seen.</summary>
    public const int Never = int.MinValue;

    private int[] _cells = [];
    private int _now;
    private int _slotNow;

    /// <summary>Members ever seen.</summary>
    public long Total { get; private set; }

    /// <summary>Begins a second; each one is begun once, in order.</summary>
    public void Open(int second)
    {
        _now = second;
        if (_cells.Length != 0)
        {
            _slotNow = _slotNow + 1 == seconds ? 0 : _slotNow + 1;
            _cells[_slotNow] = 0;
        }
    }

    /// <summary>A member last seen in one second (or <see cref="Never"/>) is now seen in another, not later than the open one.</summary>
    public void Move(int from, int to)
    {
        if (_cells.Length == 0)
        {
            _cells = new int[seconds];
        }

        if (from == Never)
        {
            Total++;
        }
        else if (from > _now - seconds)
        {
            _cells[Slot(from)]--;
        }

        if (to > _now - seconds)
        {
            _cells[Slot(to)]++;
        }
    }

    /// <summary>Members last seen in the <paramref name="length"/> seconds up to and including the open one; at most the ring's length.</summary>
    public long CountLast(int length)
    {
        if (_cells.Length == 0)
        {
            return 0;
        }

        var first = _slotNow - length + 1;
        return first >= 0
            ? Sum(_cells.AsSpan(first, length))
            : Sum(_cells.AsSpan(0, _slotNow + 1)) + Sum(_cells.AsSpan(first + seconds));
    }

    /// <summary>Takes out the members last seen in a second, as if they had never been counted in a window.</summary>
    public int Take(int second)
    {
        if (_cells.Length == 0 || second <= _now - seconds)
        {
            return 0;
        }

        ref var cell = ref _cells[Slot(second)];
        var taken = cell;
        cell = 0;
        return taken;
    }

    /// <summary>Takes one member out of a second.</summary>
    public void Remove(int second)
    {
        if (second > _now - seconds)
        {
            _cells[Slot(second)]--;
        }
    }

    private int Slot(int second)
    {
        var slot = _slotNow - (_now - second);
        return slot < 0 ? slot + seconds : slot;
    }

    private static long Sum(ReadOnlySpan<int> cells)
    {
        var vectors = MemoryMarshal.Cast<int, Vector<int>>(cells);
        var sum = Vector<int>.Zero;
        foreach (var vector in vectors)
        {
            sum += vector;
        }

        long total = Vector.Sum(sum);
        foreach (var cell in cells[(vectors.Length * Vector<int>.Count)..])
        {
            total += cell;
        }

        return total;
    }
}
