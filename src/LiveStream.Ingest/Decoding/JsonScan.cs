using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// The JSON grammar (RFC 8259) over UTF-8 bytes: each function takes the index where something begins and returns the index
/// behind it, or <see cref="Broken"/>. Nothing recurses, nothing allocates. Used by <see cref="EventDecoder"/> and
/// <see cref="RecordReader"/>. Strings are judged by their escapes and control characters only; whether their bytes are
/// well-formed Unicode is asked of known fields alone, by <see cref="JsonUnescape"/>.
/// </summary>
internal static class JsonScan
{
    /// <summary>What is not JSON.</summary>
    public const int Broken = -1;

    /// <summary>Deepest nesting that is read; the event's own object is depth 1.</summary>
    public const int MaxDepth = 16;

    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"u8);

    /// <summary>Index of the first byte at or behind <paramref name="at"/> that is not white space (the length if there is none).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at < (uint)json.Length && json[at] > ' ')
        {
            return at;
        }

        return SkipSpaceSlow(json, at);
    }

    /// <summary>
    /// Index of the quote that closes the string whose first character is at <paramref name="at"/>.
    /// <paramref name="plain"/> says that the string is ASCII without escapes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StringEnd(ReadOnlySpan<byte> json, int at, out bool plain, out bool escaped)
    {
        if (json.Length - at >= Vector128<byte>.Count)
        {
            var block = Vector128.Create(json.Slice(at, Vector128<byte>.Count));
            var stops = (Vector128.Equals(block, Vector128.Create((byte)'"'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.Equals(Vector128.Min(block, Vector128.Create((byte)0x1f)), block)).ExtractMostSignificantBits();
            if (stops != 0)
            {
                var length = BitOperations.TrailingZeroCount(stops);
                if (json[at + length] == '"')
                {
                    // Bits below the first stop: the bytes of the string.
                    plain = (block.ExtractMostSignificantBits() & (stops - 1) & ~stops) == 0;
                    escaped = false;
                    return at + length;
                }
            }
        }

        plain = false;
        return StringEndSlow(json, at, out escaped);
    }

    /// <summary>Index behind the literal, such as <c>true</c>.</summary>
    public static int Literal(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> literal) =>
        json[at..].StartsWith(literal) ? at + literal.Length : Broken;

    /// <summary>
    /// Index behind the number at <paramref name="at"/>. <paramref name="integer"/> says that it has neither fraction nor
    /// exponent; then <paramref name="value"/> is its value, held at the ends of int64 when it lies outside.
    /// </summary>
    public static int Number(ReadOnlySpan<byte> json, int at, out long value, out bool integer)
    {
        value = 0;
        integer = true;
        var negative = (uint)at < (uint)json.Length && json[at] == '-';
        var i = negative ? at + 1 : at;
        var first = i;
        ulong digits = 0;
        var significant = 0;
        while ((uint)i < (uint)json.Length && (uint)(json[i] - '0') <= 9)
        {
            digits = unchecked((digits * 10) + (uint)(json[i] - '0'));
            significant++;
            i++;
        }

        if (significant == 0 || (significant > 1 && json[first] == '0'))
        {
            return Broken;
        }

        // 18 digits always fit; what has more lies outside every limit.
        var magnitude = significant > 18 ? long.MaxValue : (long)digits;
        value = negative ? -magnitude : magnitude;
        if ((uint)i < (uint)json.Length && (json[i] == '.' || (json[i] | 0x20) == 'e'))
        {
            integer = false;
            return FractionAndExponent(json, i);
        }

        return i;
    }

    /// <summary>Index behind the value at <paramref name="at"/>, which lies inside <paramref name="depth"/> containers.</summary>
    public static int Value(ReadOnlySpan<byte> json, int at, int depth)
    {
        // Bit d of objects: the container at depth d is an object.
        uint objects = 0;
        var floor = depth;
        while (true)
        {
            if ((uint)at >= (uint)json.Length)
            {
                return Broken;
            }

            var token = json[at];
            if (token is (byte)'{' or (byte)'[')
            {
                if (++depth > MaxDepth)
                {
                    return Broken;
                }

                objects = token == '{' ? objects | (1u << depth) : objects & ~(1u << depth);
                at = SkipSpace(json, at + 1);
                if ((uint)at < (uint)json.Length && json[at] == token + 2)
                {
                    at++;
                    depth--;
                }
                else
                {
                    at = token == '{' ? MemberName(json, at) : at;
                    if (at < 0)
                    {
                        return Broken;
                    }

                    continue;
                }
            }
            else
            {
                at = Scalar(json, at, token);
                if (at < 0)
                {
                    return Broken;
                }
            }

            if (depth == floor)
            {
                return at;
            }

            at = Continue(json, at, ref depth, floor, objects);
            if (at < 0 || depth == floor)
            {
                return at;
            }
        }
    }

    /// <summary>Index of a member's value, from the index of the quote that opens its name.</summary>
    private static int MemberName(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return Broken;
        }

        at = StringEnd(json, at + 1, out _, out _);
        return at < 0 ? Broken : Colon(json, at + 1);
    }

    /// <summary>Index of the value behind the colon that is expected at or behind <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Colon(ReadOnlySpan<byte> json, int at)
    {
        at = SkipSpace(json, at);
        return (uint)at < (uint)json.Length && json[at] == ':' ? SkipSpace(json, at + 1) : Broken;
    }

    /// <summary>Behind a value inside a container: closes what ends, or moves on to the next value.</summary>
    private static int Continue(ReadOnlySpan<byte> json, int at, ref int depth, int floor, uint objects)
    {
        while (true)
        {
            at = SkipSpace(json, at);
            if ((uint)at >= (uint)json.Length)
            {
                return Broken;
            }

            var inObject = ((objects >> depth) & 1) != 0;
            var token = json[at];
            if (token == ',')
            {
                at = SkipSpace(json, at + 1);
                return inObject ? MemberName(json, at) : at;
            }

            if (token != (inObject ? '}' : ']'))
            {
                return Broken;
            }

            at++;
            if (--depth == floor)
            {
                return at;
            }
        }
    }

    private static int Scalar(ReadOnlySpan<byte> json, int at, byte token)
    {
        switch (token)
        {
            case (byte)'"':
                at = StringEnd(json, at + 1, out _, out _);
                return at < 0 ? Broken : at + 1;
            case (byte)'t':
                return Literal(json, at, "true"u8);
            case (byte)'f':
                return Literal(json, at, "false"u8);
            case (byte)'n':
                return Literal(json, at, "null"u8);
            default:
                return Number(json, at, out _, out _);
        }
    }

    private static int FractionAndExponent(ReadOnlySpan<byte> json, int at)
    {
        if (json[at] == '.')
        {
            at = Digits(json, at + 1);
            if (at < 0)
            {
                return Broken;
            }
        }

        if ((uint)at < (uint)json.Length && (json[at] | 0x20) == 'e')
        {
            at++;
            if ((uint)at < (uint)json.Length && json[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            at = Digits(json, at);
        }

        return at;
    }

    private static int Digits(ReadOnlySpan<byte> json, int at)
    {
        var first = at;
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            at++;
        }

        return at == first ? Broken : at;
    }

    private static int SkipSpaceSlow(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    private static int StringEndSlow(ReadOnlySpan<byte> json, int at, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            var stop = json[at..].IndexOfAny(StringStops);
            if (stop < 0)
            {
                return Broken;
            }

            at += stop;
            if (json[at] == '"')
            {
                return at;
            }

            at = json[at] == '\\' ? Escape(json, at + 1) : Broken;
            if (at < 0)
            {
                return Broken;
            }

            escaped = true;
        }
    }

    /// <summary>Index behind the escape whose letter is at <paramref name="at"/>.</summary>
    private static int Escape(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at >= (uint)json.Length)
        {
            return Broken;
        }

        switch (json[at])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 1;
            case (byte)'u' when json.Length - at > 4 && json.Slice(at + 1, 4).IndexOfAnyExcept(HexDigits) < 0:
                return at + 5;
            default:
                return Broken;
        }
    }

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);
}
