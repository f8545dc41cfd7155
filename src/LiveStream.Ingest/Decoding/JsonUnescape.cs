using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace LiveStream.Ingest.Decoding;

/// <summary>Resolves the escapes of a JSON string that <see cref="JsonScan"/> has found well-formed, and judges its Unicode.</summary>
internal static class JsonUnescape
{
    /// <summary>The string is not well-formed Unicode: a lone surrogate or invalid UTF-8.</summary>
    public const int NotUnicode = -1;

    /// <summary>
    /// Writes the string to <paramref name="target"/> and returns its length in bytes. What does not fit is not written but
    /// counted, so the length may exceed the target. Returns <see cref="NotUnicode"/> for ill-formed text.
    /// </summary>
    public static int Resolve(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        // Escapes are ASCII, so the raw bytes are valid UTF-8 exactly when the literal parts are.
        if (!Utf8.IsValid(raw))
        {
            return NotUnicode;
        }

        var written = 0;
        Span<byte> encoded = stackalloc byte[4];
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                plain = raw.Length;
            }

            Append(raw[..plain], target, ref written);
            raw = raw[plain..];
            if (raw.IsEmpty)
            {
                break;
            }

            var consumed = Escape(raw, out var rune);
            if (consumed == 0)
            {
                return NotUnicode;
            }

            Append(encoded[..rune.EncodeToUtf8(encoded)], target, ref written);
            raw = raw[consumed..];
        }

        return written;
    }

    private static void Append(ReadOnlySpan<byte> bytes, Span<byte> target, ref int written)
    {
        if (bytes.Length <= target.Length - written)
        {
            bytes.CopyTo(target[written..]);
        }

        written += bytes.Length;
    }

    /// <summary>Reads the escape that begins with the backslash at 0; returns the bytes it takes, 0 for a lone surrogate.</summary>
    private static int Escape(ReadOnlySpan<byte> raw, out Rune rune)
    {
        if (raw[1] != 'u')
        {
            rune = new Rune(raw[1] switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                var same => (char)same,
            });
            return 2;
        }

        var unit = Unit(raw);
        if (Rune.TryCreate(unit, out rune))
        {
            return 6;
        }

        var paired = char.IsHighSurrogate(unit) && raw.Length >= 12 && raw[6] == '\\' && raw[7] == 'u';
        return paired && Rune.TryCreate(unit, Unit(raw[6..]), out rune) ? 12 : 0;
    }

    private static char Unit(ReadOnlySpan<byte> escape)
    {
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x');
        return (char)unit;
    }
}
