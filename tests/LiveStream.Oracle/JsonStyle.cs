using System.Globalization;
using System.Text;

namespace LiveStream.Oracle;

/// <summary>Writes the fields of a generated event as JSON in one of many styles that all mean the same.</summary>
internal static class JsonStyle
{
    private static readonly string[] UnknownFields =
    [
        "\"extra\":{\"type\":\"payment\",\"ts\":1,\"a\":[[],{}]}", "\"lone\":\"\\uD800\"", "\"Type\":5", "\"big\":-1.5E+400",
        "\"\":[1,\"]}\",null]", "\"ts \":\"x\"", "\"deep\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]",
    ];

    private static readonly string[] AbsentFields =
    [
        "\"id\":null", "\"session\":\"\"", "\"product\":null", "\"fan\":null", "\"channel\":\"\"", "\"qty\":null", "\"label\":\"\"",
    ];

    public static byte[] Write(Random random, IReadOnlyList<(string Name, string Value)> fields)
    {
        var parts = fields.Select(field => $"{Name(random, field.Name)}{Space(random)}:{Space(random)}{Value(random, field.Value)}").ToArray();
        random.Shuffle(parts);
        IEnumerable<string> all = parts;
        if (random.Next(10) == 0)
        {
            all = all.Prepend(UnknownFields[random.Next(UnknownFields.Length)]);
        }

        if (random.Next(10) == 0)
        {
            // Before the field that counts, if there is one: the last of a name wins.
            all = all.Prepend(AbsentFields[random.Next(AbsentFields.Length)]);
        }

        if (random.Next(20) == 0)
        {
            all = all.Prepend("\"ts\":1").Prepend("\"room\":\"elsewhere\"");
        }

        var comma = random.Next(5) == 0 ? " , " : ",";
        return Encoding.UTF8.GetBytes($"{Space(random)}{{{string.Join(comma, all)}{Space(random)}}}{Space(random)}");
    }

    private static string Name(Random random, string name) =>
        random.Next(40) == 0 ? $"\"{Escaped(name[0])}{name[1..]}\"" : $"\"{name}\"";

    private static string Value(Random random, string value)
    {
        var isPlain = value.Length > 2 && value[0] == '"' && !value.Contains('\\', StringComparison.Ordinal);
        return isPlain && random.Next(15) == 0
            ? $"\"{string.Concat(value[1..^1].Select(Escaped))}\""
            : value;
    }

    private static string Escaped(char unit) => "\\u" + ((int)unit).ToString("X4", CultureInfo.InvariantCulture);

    private static string Space(Random random) => random.Next(25) switch { 0 => " ", 1 => "\t", 2 => "  \r", _ => "" };
}
