using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// The value of up to 15 digits whose place is known, all at once: neighbours are combined to numbers of two, four and eight digits, as in
/// Wojciech Muła's "SIMD-ized parsing of integers", 2014.
/// </summary>
internal static class Digits
{
    /// <summary>Most digits.</summary>
    public const int Most = 15;

    // From 16 - n on: a mask of the last n of 16 bytes.
    private static ReadOnlySpan<byte> Masks =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    /// <summary>
    /// Reads the bytes from <paramref name="at"/> to <paramref name="end"/> as a JSON integer without sign; false when they are none, or too
    /// many, or the text begins less than 16 bytes before the end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ref byte text, int at, int end, out long value)
    {
        var count = end - at;
        if ((uint)(count - 1) >= Most || end < Vector128<byte>.Count || (count > 1 && RawBytes.One(ref text, at) == '0'))
        {
            value = 0;
            return false;
        }

        var digits = Vector128.LoadUnsafe(ref text, (nuint)(uint)(end - Vector128<byte>.Count)) - Vector128.Create((byte)'0');
        digits &= Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(uint)count);
        value = ValueOf(digits);
        return !Vector128.GreaterThanAny(digits, Vector128.Create((byte)9));
    }

    /// <summary>Index behind the digits that begin at <paramref name="at"/>.</summary>
    public static int End(ref byte text, int at, int length)
    {
        while (at < length && (uint)(RawBytes.One(ref text, at) - '0') <= 9)
        {
            at++;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long ValueOf(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            var twos = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((short)(10 + (1 << 8))).AsSByte());
            var fours = Sse2.MultiplyAddAdjacent(twos, Vector128.Create(100 + (1 << 16)).AsInt16());
            var eights = Sse2.MultiplyAddAdjacent(Sse41.PackUnsignedSaturate(fours, fours).AsInt16(), Vector128.Create(10_000 + (1 << 16)).AsInt16());
            var halves = eights.AsUInt64().ToScalar();
            return (long)(((uint)halves * 100_000_000UL) + (halves >> 32));
        }

        return (long)((ValueOfEight(digits.AsUInt64().GetElement(0)) * 100_000_000UL) + ValueOfEight(digits.AsUInt64().GetElement(1)));
    }

    /// <summary>The same in an ordinary register, the first digit lowest.</summary>
    private static ulong ValueOfEight(ulong digits)
    {
        const ulong mask = 0x0000_00ff_0000_00ff;
        digits = (digits * 10) + (digits >> 8);
        return (((digits & mask) * (100 + (1_000_000UL << 32))) + (((digits >> 16) & mask) * (1 + (10_000UL << 32)))) >> 32;
    }
}
