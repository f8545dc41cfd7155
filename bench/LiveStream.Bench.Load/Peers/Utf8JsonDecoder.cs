using System.Buffers;
using System.Text.Json;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Peers;

/// <summary>
/// The decoder as one writes it on <see cref="Utf8JsonReader"/>: the same fields into the same struct, the same hash of the user, and the
/// checks that a well-formed event passes (kinds, presence, lengths). It does not resolve escapes.
/// </summary>
public sealed class Utf8JsonDecoder(Pseudonym pseudonym)
{
    private const int LongestId = 128;

    /// <summary>Decodes one object; false when it is not an event.</summary>
    public bool TryDecode(ReadOnlySpan<byte> json, out ParsedEvent parsed)
    {
        parsed = default;
        ParsedEvent e = default;
        e.Quantity = 1;
        e.Count = 1;
        var typed = false;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!Field(ref reader, ref e, ref typed))
            {
                return false;
            }
        }

        parsed = e;
        return typed && e.TimeMs > 0 && e.Room.Length is > 0 and <= LongestId
            && (!EventTypes.IsViewer(e.Type) || e.Viewer != 0)
            && (!EventTypes.NeedsProduct(e.Type) || e.Product.Length is > 0 and <= LongestId)
            && (!EventTypes.IsTrade(e.Type) || e.Order.Length is > 0 and <= 64);
    }

    private bool Field(scoped ref Utf8JsonReader reader, scoped ref ParsedEvent parsed, scoped ref bool typed)
    {
        switch (reader.ValueSpan.Length)
        {
            case 2 when reader.ValueTextEquals("ts"u8):
                return reader.Read() && reader.TryGetInt64(out parsed.TimeMs);
            case 2 when reader.ValueTextEquals("id"u8):
                return Text(ref reader, out parsed.Id);
            case 3 when reader.ValueTextEquals("qty"u8):
                return reader.Read() && reader.TryGetInt32(out parsed.Quantity);
            case 3 when reader.ValueTextEquals("fan"u8):
                return Truth(ref reader, out parsed.Fan);
            case 4 when reader.ValueTextEquals("type"u8):
                typed = reader.Read() && TryFindType(reader.ValueSpan, out parsed.Type);
                return typed;
            case 4 when reader.ValueTextEquals("room"u8):
                return Text(ref reader, out parsed.Room);
            case 4 when reader.ValueTextEquals("user"u8):
                parsed.Viewer = reader.Read() ? pseudonym.Of(reader.ValueSpan) : 0;
                return true;
            case 4 when reader.ValueTextEquals("text"u8):
                return Text(ref reader, out parsed.Text);
            case 5 when reader.ValueTextEquals("count"u8):
                return reader.Read() && reader.TryGetInt32(out parsed.Count);
            case 5 when reader.ValueTextEquals("order"u8):
                return Text(ref reader, out parsed.Order);
            case 6 when reader.ValueTextEquals("amount"u8):
                return reader.Read() && reader.TryGetInt64(out parsed.AmountMinor);
            case 7 when reader.ValueTextEquals("product"u8):
                return Text(ref reader, out parsed.Product);
            case 7 when reader.ValueTextEquals("channel"u8):
                return Text(ref reader, out parsed.Channel);
            case 7 when reader.ValueTextEquals("session"u8):
                return Text(ref reader, out parsed.Session);
            case 8 when reader.ValueTextEquals("newBuyer"u8):
                return Truth(ref reader, out parsed.NewBuyer);
            case 9 when reader.ValueTextEquals("newViewer"u8):
                return Truth(ref reader, out parsed.NewViewer);
            default:
                return reader.TrySkip();
        }
    }

    private static bool Text(scoped ref Utf8JsonReader reader, scoped out ReadOnlySpan<byte> text)
    {
        var read = reader.Read() && reader.TokenType == JsonTokenType.String;
        text = read ? reader.ValueSpan : default;
        return read;
    }

    private static bool Truth(scoped ref Utf8JsonReader reader, scoped out Flag flag)
    {
        flag = reader.Read() && reader.TokenType == JsonTokenType.True ? Flag.True : Flag.False;
        return true;
    }

    private static bool TryFindType(ReadOnlySpan<byte> name, out EventType type)
    {
        Span<char> chars = stackalloc char[16];
        type = default;
        return name.Length <= chars.Length
            && System.Text.Ascii.ToUtf16(name, chars, out var length) == OperationStatus.Done
            && EventTypes.TryParse(chars[..length], out type);
    }
}
