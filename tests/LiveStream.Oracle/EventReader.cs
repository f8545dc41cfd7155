using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LiveStream.Oracle;

/// <summary>Decodes one line of a file by the table of events.md, or finds that it is to be rejected.</summary>
internal static class EventReader
{
    private const int MaxDepth = 16;
    private const int MaxBytes = 1 << 20;
    private const long MaxTs = 253_402_300_799_999;
    private const long MaxAmount = 100_000_000_000;

    private static readonly Dictionary<string, int> StringLimits = new()
    {
        ["type"] = int.MaxValue, ["room"] = 128, ["user"] = 128, ["session"] = 128, ["id"] = 64, ["product"] = 128,
        ["order"] = 64, ["text"] = 2_000, ["channel"] = 64, ["name"] = 128, ["label"] = 64,
    };

    private static readonly Dictionary<string, (long Least, long Most)> IntegerLimits = new()
    {
        ["ts"] = (1, MaxTs), ["amount"] = (0, MaxAmount), ["qty"] = (1, 1_000_000), ["count"] = (1, 10_000),
        ["stock"] = (0, 1_000_000_000),
    };

    private static readonly HashSet<string> Flags = ["newViewer", "newBuyer", "fan"];

    /// <summary>A value as it stands in the line; a string that is no valid Unicode has no text.</summary>
    private readonly record struct Field(JsonTokenType Kind, string? Text);

    /// <summary>The event of the line, or null when it is rejected.</summary>
    public static LogEvent? Read(ReadOnlySpan<byte> line)
    {
        if (line.Length > MaxBytes)
        {
            return null;
        }

        var fields = ReadFields(line);
        return fields is not null && fields.All(IsValid) ? Build(fields) : null;
    }

    /// <summary>The known fields that are present, the last of a name; null when the line is not one JSON object.</summary>
    private static Dictionary<string, Field>? ReadFields(ReadOnlySpan<byte> line)
    {
        var fields = new Dictionary<string, Field>();
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = Text(ref reader);
                reader.Read();
                if (name is not null && (StringLimits.ContainsKey(name) || IntegerLimits.ContainsKey(name) || Flags.Contains(name)))
                {
                    fields[name] = new Field(reader.TokenType, Text(ref reader));
                }

                reader.Skip();
            }

            return reader.Read() ? null : Present(fields);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<string, Field> Present(Dictionary<string, Field> fields) => fields
        .Where(field => field.Value.Kind != JsonTokenType.Null)
        .Where(field => !(StringLimits.ContainsKey(field.Key) && field.Value is { Kind: JsonTokenType.String, Text: "" }))
        .ToDictionary();

    private static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return Encoding.ASCII.GetString(reader.ValueSpan);
        }

        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsValid(KeyValuePair<string, Field> field)
    {
        var (name, (kind, text)) = field;
        if (StringLimits.TryGetValue(name, out var limit))
        {
            return kind == JsonTokenType.String && text is not null && Encoding.UTF8.GetByteCount(text) <= limit;
        }

        if (IntegerLimits.TryGetValue(name, out var range))
        {
            return kind == JsonTokenType.Number
                && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                && value >= range.Least && value <= range.Most;
        }

        return kind is JsonTokenType.True or JsonTokenType.False;
    }

    private static LogEvent? Build(Dictionary<string, Field> fields)
    {
        string? String(string name) => fields.TryGetValue(name, out var field) ? field.Text : null;
        long? Integer(string name) => String(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
        bool? Flag(string name) => fields.TryGetValue(name, out var field) ? field.Kind == JsonTokenType.True : null;

        if (String("type") is not { } typeName || EventTypes.Parse(typeName) is not { } type
            || String("room") is not { } room || Integer("ts") is not { } ts)
        {
            return null;
        }

        var built = new LogEvent
        {
            Type = type,
            Room = room,
            Ts = ts,
            OriginalTs = ts,
            User = String("user") ?? "",
            Session = String("session"),
            Id = String("id"),
            Product = String("product"),
            Order = String("order"),
            Amount = Integer("amount"),
            Qty = Integer("qty") ?? 1,
            Count = Integer("count") ?? 1,
            Channel = String("channel"),
            NewViewer = Flag("newViewer"),
            NewBuyer = Flag("newBuyer"),
            Stock = Integer("stock"),
            Name = String("name"),
        };
        return HasWhatItNeeds(built) ? built : null;
    }

    private static bool HasWhatItNeeds(LogEvent read) =>
        (read.User != "" || !read.IsViewer)
        && (read.Product is not null || !read.Type.NeedsProduct())
        && (read.Order is not null || !read.Type.IsTrade())
        && (read.Amount is not null || read.Type is not (EventType.Payment or EventType.Refund))
        && (read.Stock is not null || read.Type != EventType.Stock);
}
