using System.Text;

namespace LiveStream.Oracle;

/// <summary>
/// Lines that are rejected, or just about acceptable: each breaks one rule of events.md, touches a limit, or (invalid UTF-8 and
/// lone surrogates in unknown fields) looks as if it broke one.
/// </summary>
internal static class GarbageMaker
{
    private static readonly string[] Lines =
    [
        "{", "}", "[]", "null", "7", "\"x\"", "{}", "nonsense", "{\"type\":\"like\"", "\uFEFF{}", "{\"type\":\"like\",}",
        "[{\"type\":\"like\",\"room\":\"r1\",\"ts\":1700000000000,\"user\":\"u1\"}]",
        "{\"type\":\"like\",\"room\":\"r1\",\"ts\":1700000000000,\"user\":\"u1\"}{}",
    ];

    // Each is put behind the fields of a good event, where the last of a name wins.
    private static readonly string[] Spoilers =
    [
        "\"type\":\"Like\"", "\"type\":\"\"", "\"type\":null", "\"type\":7", "\"room\":\"\"", "\"room\":null", "\"room\":[\"r1\"]",
        "\"ts\":0", "\"ts\":-1", "\"ts\":1.0", "\"ts\":1e12", "\"ts\":\"1700000000000\"", "\"ts\":253402300800000",
        "\"ts\":99999999999999999999999", "\"ts\":null", "\"amount\":-1", "\"amount\":100000000001", "\"amount\":1.5",
        "\"amount\":true", "\"qty\":0", "\"qty\":1000001", "\"qty\":\"2\"", "\"count\":0", "\"count\":10001", "\"stock\":-1",
        "\"stock\":1000000001", "\"fan\":1", "\"fan\":\"true\"", "\"newViewer\":\"\"", "\"newBuyer\":{}", "\"text\":5",
        "\"label\":false", "\"name\":[]", "\"session\":\"\\uD800\"", "\"text\":\"a\\uDC00\"", "\"id\":\"\\uD83D\\u0041\"",
        "\"x\":01", "\"x\":+1", "\"x\":.5", "\"x\":\"\t\"", "\"x\":\"\\x\"", "\"x\":\"\\u12G4\"", "\"x\":nul", "\"x\" 1",
        "\"deep\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "x:1", "\"x\":/* no */1",
    ];

    private static readonly (string Name, int Most)[] Lengths =
        [("room", 128), ("user", 128), ("session", 128), ("id", 64), ("product", 128), ("order", 64), ("text", 2_000), ("channel", 64), ("name", 128), ("label", 64)];

    public static byte[] Make(Random random, IReadOnlyList<(string Name, string Value)> good)
    {
        var fields = string.Join(',', good.Select(field => $"\"{field.Name}\":{field.Value}"));
        var line = Encoding.UTF8.GetBytes($"{{{fields}}}");
        switch (random.Next(8))
        {
            case 0:
                return Encoding.UTF8.GetBytes(Lines[random.Next(Lines.Length)]);
            case 1:
                return line[..random.Next(1, line.Length)];
            case 2:
                return [.. line[..^1], .. ",\"x\":\""u8, 0xFF, .. "\"}"u8];
            case 3:
                return [.. line[..^1], .. ",\"name\":\"a"u8, .. One(random, [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F]), .. "\"}"u8];
            case 4:
                return WithLength(random, fields);
            case 5 when random.Next(12) == 0:
                return [.. line, .. Enumerable.Repeat((byte)' ', (1 << 20) - line.Length + random.Next(2))];
            default:
                return Encoding.UTF8.GetBytes($"{{{fields},{Spoilers[random.Next(Spoilers.Length)]}}}");
        }
    }

    /// <summary>One string of exactly its limit, or a byte more; the character at its end has three bytes.</summary>
    private static byte[] WithLength(Random random, string fields)
    {
        var (name, most) = Lengths[random.Next(Lengths.Length)];
        var text = new string('x', most - 3 + random.Next(2)) + "场";
        return Encoding.UTF8.GetBytes($"{{{fields},\"{name}\":\"{text}\"}}");
    }

    private static byte[] One(Random random, params byte[][] choices) => choices[random.Next(choices.Length)];
}
