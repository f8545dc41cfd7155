using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LiveStream.Metrics.Names;

/// <summary>
/// A fast 64-bit hash of short byte strings for tables that compare the bytes as well: eight bytes a step through a
/// 64x64-to-128-bit multiplication folded to 64 bits (the mixing step of wyhash).
/// </summary>
public static class NameHash
{
    private const ulong Seed = 0x9E37_79B9_7F4A_7C15;
    private const ulong Step = 0xE703_7ED1_A0B4_28DB;

    /// <summary>Hash of the bytes; equal bytes have equal hashes.</summary>
    public static ulong Compute(ReadOnlySpan<byte> bytes)
    {
        var state = Seed ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            state = Mix(state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Step);
            bytes = bytes[8..];
        }

        ulong rest = 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            rest = (rest << 8) | bytes[i];
        }

        return Mix(state ^ rest, Seed);
    }

    /// <summary>Combines two hashes; not symmetric.</summary>
    public static ulong Combine(ulong first, ulong second) => Mix(first ^ Seed, second ^ Step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
