using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace LiveStream.Bench.Load.Peers;

/// <summary>
/// The least that a distinct count per viewer can cost: open addressing, one slot of 16 bytes a viewer, look-ups prefetched in groups
/// (row "gather" of the load program shows what the prefetch gains). Nothing else is computed.
/// </summary>
public sealed unsafe class BareGather : IDisposable
{
    private const int Group = 32;

    private readonly Slot* _slots;
    private readonly uint _mask;

    /// <summary>Makes a table for so many keys, at most half full.</summary>
    public BareGather(int keys)
    {
        var slots = BitOperations.RoundUpToPowerOf2((uint)Math.Max(Group, keys * 2L));
        _mask = slots - 1;
        _slots = (Slot*)NativeMemory.AlignedAlloc(slots * (nuint)sizeof(Slot), 64);
        NativeMemory.Clear(_slots, slots * (nuint)sizeof(Slot));
    }

    /// <summary>Distinct keys.</summary>
    public long Distinct { get; private set; }

    /// <summary>Counts each key.</summary>
    public void Add(ReadOnlySpan<ulong> keys)
    {
        while (!keys.IsEmpty)
        {
            var group = keys[..Math.Min(Group, keys.Length)];
            if (Sse.IsSupported)
            {
                foreach (var key in group)
                {
                    Sse.Prefetch0(_slots + ((uint)key & _mask));
                }
            }

            foreach (var key in group)
            {
                Count(key);
            }

            keys = keys[group.Length..];
        }
    }

    /// <summary>Sum of all counts.</summary>
    public long Total()
    {
        long sum = 0;
        for (nuint i = 0; i <= _mask; i++)
        {
            sum += _slots[i].Count;
        }

        return sum;
    }

    /// <summary>Frees the table.</summary>
    public void Dispose() => NativeMemory.AlignedFree(_slots);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(ulong key)
    {
        var slot = (uint)key & _mask;
        while (_slots[slot].Key != key)
        {
            if (_slots[slot].Key == 0)
            {
                _slots[slot].Key = key;
                Distinct++;
                break;
            }

            slot = (slot + 1) & _mask;
        }

        _slots[slot].Count++;
    }

    private struct Slot
    {
        public ulong Key;
        public long Count;
    }
}
