using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LiveStream.App.Simulate;

/// <summary>Appends UTF-8 to a span that is known to be long enough; numbers have a fixed width or none.</summary>
internal ref struct JsonLine(Span<byte> destination)
{
    private static readonly ushort[] Pairs = MakePairs();
    private static readonly ushort[] HexPairs = MakeHexPairs();

    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(_destination[Length..]);
        Length += utf8.Length;
    }

    /// <summary>Exactly <paramref name="digits"/> decimal digits (even), with leading zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fixed(ulong value, int digits)
    {
        var span = _destination.Slice(Length, digits);
        for (var i = digits - 2; i >= 0; i -= 2)
        {
            var rest = value / 100;
            MemoryMarshal.Write(span[i..], Pairs[(int)(value - (rest * 100))]);
            value = rest;
        }

        Length += digits;
    }

    /// <summary>A number without leading zeros; small ones are the usual case.</summary>
    public void Number(long value)
    {
        if ((ulong)value < 10)
        {
            _destination[Length++] = (byte)('0' + value);
            return;
        }

        if (!value.TryFormat(_destination[Length..], out var written))
        {
            throw new InvalidOperationException("The line's buffer is too short.");
        }

        Length += written;
    }

    /// <summary>16 hexadecimal digits.</summary>
    public void Hex(ulong value)
    {
        var span = _destination.Slice(Length, 16);
        for (var i = 14; i >= 0; i -= 2)
        {
            MemoryMarshal.Write(span[i..], HexPairs[(byte)value]);
            value >>= 8;
        }

        Length += 16;
    }

    private static ushort[] MakePairs()
    {
        var pairs = new ushort[100];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = MemoryMarshal.Read<ushort>([(byte)('0' + (i / 10)), (byte)('0' + (i % 10))]);
        }

        return pairs;
    }

    private static ushort[] MakeHexPairs()
    {
        var digits = "0123456789abcdef"u8;
        var pairs = new ushort[256];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = MemoryMarshal.Read<ushort>([digits[i >> 4], digits[i & 15]]);
        }

        return pairs;
    }
}
