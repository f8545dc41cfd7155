using System.Text;
using System.Text.Json;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

/// <summary>events.md, "One event", written down plainly on System.Text.Json: what the fast decoder is compared with.</summary>
internal static class ReferenceDecoder
{
    private static readonly Dictionary<string, int> StringLimits = new()
    {
        ["type"] = int.MaxValue, ["room"] = 128, ["user"] = 128, ["session"] = 128, ["id"] = 64, ["product"] = 128,
        ["order"] = 64, ["text"] = 2000, ["channel"] = 64, ["name"] = 128, ["label"] = 64,
    };

    private static readonly Dictionary<string, (long Least, long Most)> Integers = new()
    {
        ["ts"] = (1, 253_402_300_799_999), ["amount"] = (0, 100_000_000_000), ["qty"] = (1, 1_000_000),
        ["count"] = (1, 10_000), ["stock"] = (0, 1_000_000_000),
    };

    private static readonly string[] Flags = ["newViewer", "newBuyer", "fan"];

    /// <summary>A description of the event, or of why it is rejected.</summary>
    public static string Decode(ReadOnlySpan<byte> json, TopicTypes types, Pseudonym pseudonym)
    {
        var fields = ReadFields(json);
        if (fields is null)
        {
            return "rejected Json";
        }

        var present = fields.Where(field => field.Value is not null and not "").ToDictionary(field => field.Key, field => field.Value!);
        if (present.Values.Any(value => value is WrongType))
        {
            return "rejected FieldType";
        }

        EventType type = default;
        var known = present.TryGetValue("type", out var name) ? EventTypes.TryParse((string)name, out type) : types.TryImply(out type);
        var needed = new List<string> { "room", "ts" };
        if (!known && name is null)
        {
            needed.Add("type");
        }

        if (known)
        {
            needed.AddRange(NeededBy(type));
        }

        if (needed.Any(field => !present.ContainsKey(field)))
        {
            return "rejected Missing";
        }

        if (present.Any(field => OverLimit(field.Key, field.Value)))
        {
            return "rejected Limit";
        }

        return known && types.Allows(type) ? Describe(type, present, pseudonym) : "rejected Type";
    }

    private static IEnumerable<string> NeededBy(EventType type)
    {
        if (type <= EventType.Vote)
        {
            yield return "user";
        }

        if (type is EventType.Click or EventType.Impression or EventType.Cart or EventType.List or EventType.Unlist
            or EventType.ExplainStart or EventType.ExplainEnd or EventType.Stock)
        {
            yield return "product";
        }

        if (type is EventType.Order or EventType.Payment or EventType.Refund or EventType.Cancel)
        {
            yield return "order";
        }

        if (type is EventType.Payment or EventType.Refund)
        {
            yield return "amount";
        }

        if (type == EventType.Stock)
        {
            yield return "stock";
        }
    }

    private static bool OverLimit(string name, object value) => value switch
    {
        string text => Encoding.UTF8.GetByteCount(text) > StringLimits[name],
        long number => number < Integers[name].Least || number > Integers[name].Most,
        _ => false,
    };

    private static string Describe(EventType type, Dictionary<string, object> present, Pseudonym pseudonym)
    {
        string Text(string name) => (string)present.GetValueOrDefault(name, "");
        long Number(string name, long absent) => (long)present.GetValueOrDefault(name, absent);
        Flag Bool(string name) => present.TryGetValue(name, out var value) ? (bool)value ? Flag.True : Flag.False : Flag.Absent;
        var user = Text("user");
        var viewer = user.Length == 0 ? 0 : pseudonym.Of(Encoding.UTF8.GetBytes(user));
        return Description.Of(type, Number("ts", 0), viewer, Text("room"), Text("session"), Text("id"), Text("product"),
            Text("order"), Text("channel"), Text("name"), Text("label"), Text("text"), Number("amount", 0), Number("stock", 0),
            Number("qty", 1), Number("count", 1), Bool("newViewer"), Bool("newBuyer"), Bool("fan"));
    }

    private static Dictionary<string, object?>? ReadFields(ReadOnlySpan<byte> json)
    {
        var fields = new Dictionary<string, object?>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = TextOf(ref reader) as string;
                reader.Read();
                if (name is not null && (StringLimits.ContainsKey(name) || Integers.ContainsKey(name) || Flags.Contains(name)))
                {
                    fields[name] = ValueOf(name, ref reader);
                }

                reader.Skip();
            }

            return reader.Read() ? null : fields;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static object? ValueOf(string name, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String when StringLimits.ContainsKey(name):
                return TextOf(ref reader);
            case JsonTokenType.Number when Integers.ContainsKey(name):
                var digits = Encoding.ASCII.GetString(reader.ValueSpan);
                return digits.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 ? WrongType.Instance
                    : long.TryParse(digits, out var value) ? value : long.MaxValue;
            case JsonTokenType.True or JsonTokenType.False when Flags.Contains(name):
                return reader.TokenType == JsonTokenType.True;
            default:
                return WrongType.Instance;
        }
    }

    private static object TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return WrongType.Instance;
        }
    }

    private sealed class WrongType
    {
        public static readonly WrongType Instance = new();
    }
}
