using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LiveStream.Metrics.Snapshots;
using LiveStream.Publish.Json;

namespace LiveStream.Publish.Tests.Json;

public sealed class JsonTextTests
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [Fact]
    public void Doubles_read_like_those_of_the_frameworks_writer()
    {
        var random = new Random(7);
        double[] special =
        [
            0, -0.0, 1, -1, 0.1, 1.0 / 3, 15.2, 9e14, 1e15, 999999999999999, 1000000000000001, 1e16, 1e-5, 1e-4, 123456.789,
            double.Epsilon, double.MaxValue, double.MinValue, long.MaxValue, long.MinValue, 4503599627370496.5, -2.5,
        ];
        foreach (var value in special)
        {
            Assert.Equal(Framework(value), Ours(value));
        }

        for (var i = 0; i < 50_000; i++)
        {
            var bits = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            var quotient = random.NextInt64(1 << 20) / (double)random.NextInt64(1, 1 << 20);
            foreach (var value in new[] { bits, quotient })
            {
                if (double.IsFinite(value))
                {
                    Assert.Equal(Framework(value), Ours(value));
                }
            }
        }
    }

    [Fact]
    public void Strings_of_the_basic_plane_read_like_those_of_the_frameworks_writer()
    {
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var characters = new char[random.Next(40)];
            for (var c = 0; c < characters.Length; c++)
            {
                characters[c] = random.Next(3) == 0 ? (char)random.Next(0x7f) : (char)random.Next(0x4e00, 0x9fa0);
            }

            var text = new string(characters);
            Assert.Equal(Framework(text), Ours(text));
        }
    }

    [Theory]
    [InlineData("😀 <b>&amp;</b> \u2028", "\"😀 <b>&amp;</b> \u2028\"")]
    [InlineData("a\"b\\c\b\t\n\f\r\u0000\u001f", "\"a\\\"b\\\\c\\b\\t\\n\\f\\r\\u0000\\u001F\"")]
    [InlineData("", "\"\"")]
    public void Only_what_json_demands_is_escaped(string text, string expected)
    {
        Assert.Equal(expected, Ours(text));
        Assert.Equal(text, JsonDocument.Parse(Ours(text)).RootElement.GetString());
    }

    [Fact]
    public void Names_longer_than_the_stack_buffer_are_whole()
    {
        var name = new string('长', 4000);
        Assert.Equal("\"" + name + "\"", Ours(name));
    }

    [Fact]
    public void Integers_of_128_bits_are_plain_digits()
    {
        foreach (var value in new[] { Int128.MaxValue, Int128.MinValue, long.MaxValue, long.MinValue, (Int128)long.MaxValue + 1, 0, -1 })
        {
            Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Written((ref JsonText text) => text.Number(value)));
        }
    }

    [Theory]
    [InlineData(1, 3, "{\"num\":1,\"den\":3,\"value\":0.3333333333333333}")]
    [InlineData(9900, 1, "{\"num\":9900,\"den\":1,\"value\":9900}")]
    [InlineData(0, 0, "{\"num\":0,\"den\":0,\"value\":null}")]
    public void A_ratio_shows_both_parts(long numerator, long denominator, string expected) =>
        Assert.Equal(expected, Written((ref JsonText text) => text.Ratio(new Ratio(numerator, denominator))));

    private delegate void Append(ref JsonText text);

    private static string Ours(double value) => Written((ref JsonText text) => text.Number(value));

    private static string Ours(string value)
    {
        var fromText = Written((ref JsonText text) => text.String(value));
        Assert.Equal(fromText, Written((ref JsonText text) => text.String(Encoding.UTF8.GetBytes(value))));
        return fromText;
    }

    private static string Written(Append append)
    {
        var output = new ArrayBufferWriter<byte>(16);
        var text = new JsonText(output);
        append(ref text);
        text.Finish();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Framework(double value) => Framework(writer => writer.WriteNumberValue(value));

    private static string Framework(string value) => Framework(writer => writer.WriteStringValue(value));

    private static string Framework(Action<Utf8JsonWriter> append)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Relaxed))
        {
            append(writer);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
