using System.Numerics;

namespace LiveStream.Metrics.Tables;

/// <summary>
/// Dense numbers for small integers (interned names), given out at first sight: open addressing, at most half full. Owned by one session.
/// </summary>
public sealed class NumberMap
{
    private const int Free = 0;

    // Key and number side by side, both plus one.
    private long[] _slots = new long[16];

    /// <summary>Keys held.</summary>
    public int Count { get; private set; }

    /// <summary>The number of a key, or -1.</summary>
    public int Find(int key)
    {
        var mask = _slots.Length - 1;
        for (var slot = Home(key, mask); _slots[slot] != Free; slot = (slot + 1) & mask)
        {
            if ((int)(_slots[slot] >> 32) == key + 1)
            {
                return (int)_slots[slot] - 1;
            }
        }

        return -1;
    }

    /// <summary>Gives the next number to a key that has none.</summary>
    public int Add(int key)
    {
        if ((Count + 1) * 2 > _slots.Length)
        {
            Grow();
        }

        Place(((long)(key + 1) << 32) | (uint)(Count + 1));
        return Count++;
    }

    private static int Home(int key, int mask) => (int)(((uint)key * 0x9E37_79B9u) >> (32 - BitOperations.PopCount((uint)mask)));

    private void Place(long entry)
    {
        var mask = _slots.Length - 1;
        var slot = Home((int)(entry >> 32) - 1, mask);
        while (_slots[slot] != Free)
        {
            slot = (slot + 1) & mask;
        }

        _slots[slot] = entry;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new long[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry != Free)
            {
                Place(entry);
            }
        }
    }
}
