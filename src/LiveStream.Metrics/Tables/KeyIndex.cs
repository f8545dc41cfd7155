using System.Numerics;
using System.Runtime.CompilerServices;

namespace LiveStream.Metrics.Tables;

/// <summary>
/// An open-addressing index from 64-bit keys (already hashed) to 32-bit numbers, split into segments by the key's top bits so
/// that growth doubles one small segment and never the whole. Linear probing, at most 80 % full. Owned by one lane's state.
/// </summary>
public sealed class KeyIndex
{
    private const int FirstSegmentSlots = 16;
    private const int LargestSegmentSlots = 1 << 13;

    private Segment[] _segments = [new Segment(FirstSegmentSlots)];
    private int _shift = 64;

    /// <summary>Keys held.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes taken by the slots.</summary>
    public long Bytes => _segments.Distinct().Sum(s => s.Slots.Length * 16L);

    /// <summary>The number of a key; a new key is given <paramref name="next"/>.</summary>
    /// <param name="key">Well-mixed 64-bit key.</param>
    /// <param name="next">Number for the key if it is new; not negative.</param>
    /// <param name="added">Whether it was new.</param>
    public int GetOrAdd(ulong key, int next, out bool added)
    {
        var segment = SegmentOf(key);
        var slots = segment.Slots;
        var mask = slots.Length - 1;
        var slot = (int)Mix(key) & mask;
        while (slots[slot].Number != 0)
        {
            if (slots[slot].Key == key)
            {
                added = false;
                return slots[slot].Number - 1;
            }

            slot = (slot + 1) & mask;
        }

        added = true;
        slots[slot] = new Slot { Key = key, Number = next + 1 };
        Count++;
        if (++segment.Used * 5 > slots.Length * 4)
        {
            Grow(segment, key);
        }

        return next;
    }

    /// <summary>The number of a key, or -1.</summary>
    public int Find(ulong key)
    {
        var slots = SegmentOf(key).Slots;
        var mask = slots.Length - 1;
        for (var slot = (int)Mix(key) & mask; slots[slot].Number != 0; slot = (slot + 1) & mask)
        {
            if (slots[slot].Key == key)
            {
                return slots[slot].Number - 1;
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Segment SegmentOf(ulong key) => _segments[_shift == 64 ? 0 : (int)(key >> _shift)];

    // The top bits choose the segment, so the slot must come from others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(ulong key) => (uint)(key ^ (key >> 29));

    private void Grow(Segment segment, ulong key)
    {
        if (segment.Slots.Length < LargestSegmentSlots)
        {
            var old = segment.Slots;
            segment.Slots = new Slot[old.Length * 2];
            foreach (var slot in old)
            {
                if (slot.Number != 0)
                {
                    segment.Place(slot);
                }
            }

            return;
        }

        Split(segment, key);
    }

    // Extendible hashing: a full segment becomes two; the directory doubles only when the segment has its finest share already.
    private void Split(Segment segment, ulong key)
    {
        if (segment.Depth == 64 - _shift)
        {
            var doubled = new Segment[_segments.Length * 2];
            for (var i = 0; i < doubled.Length; i++)
            {
                doubled[i] = _segments[i >> 1];
            }

            _segments = doubled;
            _shift--;
        }

        var low = new Segment(segment.Slots.Length) { Depth = segment.Depth + 1 };
        var high = new Segment(segment.Slots.Length) { Depth = segment.Depth + 1 };
        var bit = 63 - segment.Depth;
        foreach (var slot in segment.Slots)
        {
            if (slot.Number != 0)
            {
                var target = ((slot.Key >> bit) & 1) == 0 ? low : high;
                target.Place(slot);
                target.Used++;
            }
        }

        var span = 1 << (64 - _shift - segment.Depth);
        var first = (int)(key >> _shift) & -span;
        for (var i = 0; i < span; i++)
        {
            _segments[first + i] = i < span / 2 ? low : high;
        }
    }

    private struct Slot
    {
        public ulong Key;
        public int Number;
    }

    private sealed class Segment(int slots)
    {
        public Slot[] Slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)slots)];
        public int Used;
        public int Depth;

        public void Place(Slot entry)
        {
            var mask = Slots.Length - 1;
            var slot = (int)Mix(entry.Key) & mask;
            while (Slots[slot].Number != 0)
            {
                slot = (slot + 1) & mask;
            }

            Slots[slot] = entry;
        }
    }
}
