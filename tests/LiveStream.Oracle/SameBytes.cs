using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>
/// Whether two snapshots are the same bytes. The oracle's writer escapes characters beyond U+FFFF, the engine writes them as they are; nothing
/// else may differ.
/// </summary>
public static class SameBytes
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the engine's are the oracle's.</summary>
    public static bool Are(byte[] expected, byte[] actual)
    {
        ArgumentNullException.ThrowIfNull(actual);
        if (expected.AsSpan().SequenceEqual(actual))
        {
            return true;
        }

        using var document = JsonDocument.Parse(actual);
        return JsonSerializer.SerializeToUtf8Bytes(document, Relaxed).AsSpan().SequenceEqual(expected);
    }

    /// <summary>Where they differ first, with what stands around.</summary>
    public static string Difference(byte[] expected, byte[] actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        var from = Math.Max(0, expected.AsSpan().CommonPrefixLength(actual) - 200);
        return $"expected …{Part(expected, from)}\nactual   …{Part(actual, from)}\n{Part(expected, 0)}";
    }

    private static string Part(byte[] text, int from) => Encoding.UTF8.GetString(text, from, Math.Min(320, text.Length - from));
}
