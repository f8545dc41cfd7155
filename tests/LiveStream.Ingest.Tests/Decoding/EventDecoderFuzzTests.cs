using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

public sealed class EventDecoderFuzzTests
{
    private static readonly string[] Tokens =
    [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "false", "0", "-0", "-1", "01", "1.0", "1e3", "99999999999999999999",
        "\"\"", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\x", "\\u12g4", " ", "\n", "\t", "\u0001", "\u00e9", "\ud83d\ude00",
        "\"ts\":5,", "\"ts\":null,", "\"type\":\"like\",", "\"user\":7,", "\"qty\":0,", "\"fan\":true,", "\"amount\":1,", "\"x\":[1,{}],",
        "\"count\":10001,", "\"room\":\"\",", "[[[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]]]", "{\"a\":", "e+5", ".5", "\u007f",
    ];

    private static readonly TopicTypes[] Topics =
        [TopicTypes.All, TopicTypes.Of(EventType.Like), TopicTypes.Of(EventType.Click, EventType.Impression)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Mutated_lines_are_judged_as_the_plain_decoder_judges_them(int seed)
    {
        var random = new Random(seed);
        var decoder = new EventDecoder(Samples.Pseudonym);
        var accepted = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var line = Mutate(Samples.Utf8(Samples.Lines[random.Next(Samples.Lines.Length)]), random);
            var types = Topics[Math.Max(0, random.Next(5) - 2)];
            var expected = ReferenceDecoder.Decode(line, types, Samples.Pseudonym);
            var actual = Description.Decode(decoder, line, types);
            if (expected != actual)
            {
                Assert.Fail($"seed {seed}, round {i}: {Encoding.UTF8.GetString(line)}\nhex {Convert.ToHexString(line)}\nexpected {expected}\nactual   {actual}");
            }

            accepted += expected.StartsWith("rejected", StringComparison.Ordinal) ? 0 : 1;
        }

        Assert.InRange(accepted, 2_000, 40_000);
    }

    [Fact]
    public void Generated_json_is_judged_as_the_plain_decoder_judges_it()
    {
        var random = new Random(7);
        var decoder = new EventDecoder(Samples.Pseudonym);
        for (var i = 0; i < 30_000; i++)
        {
            var text = new StringBuilder();
            var budget = 40;
            WriteObject(text, random, 1 + (random.Next(4) * random.Next(6)), ref budget);
            var line = Samples.Utf8(text.ToString());
            Assert.Equal(ReferenceDecoder.Decode(line, Topics[i % 3], Samples.Pseudonym), Description.Decode(decoder, line, Topics[i % 3]));
        }
    }

    private static byte[] Mutate(byte[] line, Random random)
    {
        var bytes = new List<byte>(line);
        for (var edits = random.Next(3) * random.Next(3); edits >= 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(9))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(Math.Min(12, bytes.Count - at)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(40, bytes.Count - at))));
                    break;
                case 4:
                    // Behind a comma or brace more members fit.
                    var comma = bytes.FindIndex(at, value => value is (byte)',' or (byte)'{');
                    bytes.InsertRange(comma < 0 ? at : comma + 1, Samples.Utf8(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 5:
                    at = bytes.FindIndex(at, value => char.IsAsciiLetterOrDigit((char)value));
                    if (at >= 0)
                    {
                        bytes[at] = (byte)"019aex"[random.Next(6)];
                    }

                    break;
                case 6:
                    bytes[at] = (byte)(bytes[at] ^ (1 << random.Next(8)));
                    break;
                default:
                    bytes.InsertRange(at, Samples.Utf8(Tokens[random.Next(Tokens.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static void WriteObject(StringBuilder text, Random random, int depth, ref int budget)
    {
        string[] names = ["type", "room", "ts", "user", "session", "id", "product", "order", "amount", "qty", "count", "text", "channel",
            "newViewer", "newBuyer", "fan", "stock", "name", "label", "other", "", "typ", "types", "newVieweR"];
        string[] values = ["\"like\"", "\"payment\"", "\"start\"", "\"bogus\"", "\"" + new string('x', random.Next(140)) + "\"", "1", "5", "100",
            "1511654400123", "253402300799999", "253402300800000", "true", "false", "null", "\"\"", "-1", "0", "1.5", "10000", "1000001", "\"中\\u4e2d\""];
        text.Append('{');
        var members = random.Next(14);
        for (var i = 0; i < members && budget > 0; i++, budget--)
        {
            text.Append(i == 0 ? "" : random.Next(8) == 0 ? " , " : ",").Append('"').Append(names[random.Next(names.Length)]).Append("\":");
            if (depth > 1 && random.Next(3) == 0)
            {
                text.Append('[');
                WriteObject(text, random, depth - 1, ref budget);
                text.Append(']');
            }
            else
            {
                text.Append(values[random.Next(values.Length)]);
            }
        }

        text.Append('}');
    }
}
