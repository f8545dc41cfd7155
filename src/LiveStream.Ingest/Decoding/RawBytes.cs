using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Reads without bounds checks, for the parts of the <see cref="GuessReader"/>, which have checked how far they may read before they come
/// here. What it gains: benchmark <c>Decoding.Own</c>.
/// </summary>
internal static class RawBytes
{
    /// <summary>The byte at <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte One(ref byte text, int at) => Unsafe.Add(ref text, (nint)(uint)at);

    /// <summary>Eight bytes from <paramref name="at"/> on, the first one lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Eight(ref byte text, int at) => LittleEndian(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, (nint)(uint)at)));

    /// <summary>Four bytes from <paramref name="at"/> on, the first one lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Four(ref byte text, int at)
    {
        var four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref text, (nint)(uint)at));
        return BitConverter.IsLittleEndian ? four : BinaryPrimitives.ReverseEndianness(four);
    }

    /// <summary>The span that begins at <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Span(ReadOnlySpan<byte> text, int at, int length) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), (nint)(uint)at), length);

    /// <summary>An element of an array.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Of<T>(T[] array, int index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), (nint)(uint)index);

    private static ulong LittleEndian(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
}
