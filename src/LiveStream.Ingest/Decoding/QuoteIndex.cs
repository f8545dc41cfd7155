using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// Where the quotes of a stretch of JSON are, and which of its bytes need care (backslashes and control characters; bytes that are not
/// ASCII), found 64 bytes at a time. Positions are counted from the stretch's <see cref="From"/>. Owned by one
/// <see cref="GuessReader"/>; a stretch is at most <see cref="MaxLength"/> bytes and serves all events that lie in it.
/// </summary>
internal sealed class QuoteIndex
{
    /// <summary>Longest stretch, bytes.</summary>
    public const int MaxLength = 4096;

    /// <summary>Behind the last quote; larger than any position.</summary>
    public const ushort None = ushort.MaxValue;

    /// <summary>An object is looked for in at least so many bytes, or in all there are.</summary>
    private const int Reach = 1024;

    private const int BlockBytes = 64;

    // Quotes are read four at a time, and written up to 64 at a time.
    private readonly ushort[] _quotes = new ushort[MaxLength + BlockBytes];
    // Bits of the bytes that need care, and how many of them lie before each block.
    private readonly ulong[] _care = new ulong[(MaxLength / BlockBytes) + 1];
    private readonly int[] _careBefore = new int[(MaxLength / BlockBytes) + 1];
    private int _cursor;

    /// <summary>Where the stretch begins in the text.</summary>
    public int From { get; private set; }

    /// <summary>Bytes in the stretch.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets the text: another one follows.</summary>
    public void Clear() => From = Length = 0;

    /// <summary>
    /// Sees to it that the stretch holds what begins at <paramref name="at"/>, which never goes back in one text; returns the number of
    /// the first quote at or behind it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Cover(ReadOnlySpan<byte> json, int at)
    {
        var end = From + Length;
        if (end - at < Reach && (end < json.Length || Length == 0))
        {
            Scan(json, at);
        }

        var cursor = _cursor;
        while (Quote(cursor) < at - From)
        {
            cursor++;
        }

        _cursor = cursor;
        return cursor;
    }

    /// <summary>Position of a quote by its number; <see cref="None"/> for up to four numbers behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Quote(int number) => RawBytes.Of(_quotes, number);

    /// <summary>The quotes from a number on.</summary>
    public ref ushort QuotesFrom(int number) => ref RawBytes.Of(_quotes, number);

    /// <summary>Number of quotes.</summary>
    public int Quotes { get; private set; }

    /// <summary>The stretch of the text.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json) => RawBytes.Span(json, From, Length);

    /// <summary>The next object begins behind this quote.</summary>
    public void Advance(int number) => _cursor = number;

    /// <summary>Whether a byte that needs care lies in the part of the stretch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NeedsCare(int start, int end) => CareBefore(start) != CareBefore(end);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CareBefore(int at)
    {
        var block = at / BlockBytes;
        return RawBytes.Of(_careBefore, block) + BitOperations.PopCount(RawBytes.Of(_care, block) & ~(ulong.MaxValue << at));
    }

    private void Scan(ReadOnlySpan<byte> json, int at)
    {
        From = at;
        Length = Math.Min(json.Length - at, MaxLength);
        _cursor = 0;
        if (Length < BlockBytes)
        {
            ScanShort(json.Slice(at, Length));
            return;
        }

        // The last block overlaps the one before it. Three blocks at least: a block too many costs less than a branch on the length.
        var blocks = Math.Max((Length + BlockBytes - 1) / BlockBytes, 3);
        ScanBlocks(ref MemoryMarshal.GetReference(json[at..]), blocks, Length - BlockBytes);
    }

    /// <summary>Bytes behind the end are taken for spaces.</summary>
    private void ScanShort(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[BlockBytes];
        padded.Fill((byte)' ');
        text.CopyTo(padded);
        ScanBlocks(ref padded[0], 1, 0);
    }

    private void ScanBlocks(ref byte text, int blocks, int lastAt)
    {
        ref var quotes = ref RawBytes.Of(_quotes, 0);
        ref var cares = ref RawBytes.Of(_care, 0);
        ref var caresBefore = ref RawBytes.Of(_careBefore, 0);
        var count = 0;
        var careCount = 0;
        for (var block = 0; block < blocks; block++)
        {
            var at = Math.Min(block * BlockBytes, lastAt);
            var known = (block * BlockBytes) - at;
            var fresh = known < BlockBytes ? ulong.MaxValue << known : 0;
            var bytes = Vector512.LoadUnsafe(ref text, (nuint)(uint)at);
            var isQuote = Vector512.Equals(bytes, Vector512.Create((byte)'"'));
            var found = isQuote.ExtractMostSignificantBits();
            var care = fresh & (Vector512.LessThan(bytes.AsSByte(), Vector512.Create((sbyte)' ')).ExtractMostSignificantBits()
                | Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits());
            Unsafe.Add(ref cares, (nint)(uint)block) = care >> known;
            Unsafe.Add(ref caresBefore, (nint)(uint)block) = careCount;
            careCount += BitOperations.PopCount(care);

            // Quotes that are known are written once more where they are.
            Write(ref Unsafe.Add(ref quotes, (nint)(uint)(count - BitOperations.PopCount(found & ~fresh))), isQuote, found, at);
            count += BitOperations.PopCount(found & fresh);
        }

        // What ends with the last block ends before one more.
        Unsafe.Add(ref cares, (nint)(uint)blocks) = 0;
        Unsafe.Add(ref caresBefore, (nint)(uint)blocks) = careCount;
        Quotes = count;
        Unsafe.WriteUnaligned(ref Unsafe.As<ushort, byte>(ref Unsafe.Add(ref quotes, (nint)(uint)count)), ulong.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(ref ushort target, Vector512<byte> isQuote, ulong found, int start)
    {
        if (Avx512Vbmi2.IsSupported)
        {
            var places = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isQuote, Vector512<byte>.Indices);
            var origin = Vector512.Create((ushort)start);
            (Vector512.WidenLower(places) + origin).StoreUnsafe(ref target);
            if (BitOperations.PopCount(found) > Vector512<ushort>.Count)
            {
                (Vector512.WidenUpper(places) + origin).StoreUnsafe(ref target, (nuint)Vector512<ushort>.Count);
            }

            return;
        }

        for (; found != 0; found &= found - 1)
        {
            target = (ushort)(start + BitOperations.TrailingZeroCount(found));
            target = ref Unsafe.Add(ref target, 1);
        }
    }
}
