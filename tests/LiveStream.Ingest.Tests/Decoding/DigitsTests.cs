using LiveStream.Ingest.Decoding;

namespace LiveStream.Ingest.Tests.Decoding;

public sealed class DigitsTests
{
    [Fact]
    public void Numbers_of_every_length_are_read()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var number = random.NextInt64(1L << random.Next(1, 50));
            Assert.Equal(number <= 999_999_999_999_999 ? number : null, Read(number.ToString()));
        }
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("999999999999999", 999_999_999_999_999L)]
    [InlineData("1000000000000000", null)]
    [InlineData("", null)]
    [InlineData("00", null)]
    [InlineData("012", null)]
    [InlineData("-1", null)]
    [InlineData("1.0", null)]
    [InlineData("1e3", null)]
    [InlineData("1 ", null)]
    public void What_is_no_short_integer_is_not(string text, long? expected) => Assert.Equal(expected, Read(text));

    [Fact]
    public void No_other_byte_counts_as_a_digit()
    {
        for (var value = 0; value < 256; value++)
        {
            for (var place = 0; place < 15; place++)
            {
                var text = "123456789123456".Select(digit => (byte)digit).ToArray();
                text[place] = (byte)value;
                var isInteger = value is >= '0' and <= '9' && !(place == 0 && value == '0');
                Assert.Equal(isInteger, Digits.TryRead(ref Framed(text)[0], 16, 31, out _));
            }
        }
    }

    [Fact]
    public void Too_close_to_the_beginning_is_not_read() => Assert.False(Digits.TryRead(ref Samples.Utf8("xx1234567890123,")[0], 2, 15, out _));

    [Fact]
    public void The_end_of_digits_is_found()
    {
        Assert.Equal(3, Digits.End(ref Samples.Utf8("123,")[0], 0, 4));
        Assert.Equal(3, Digits.End(ref Samples.Utf8("123")[0], 0, 3));
        Assert.Equal(1, Digits.End(ref Samples.Utf8("x")[0], 1, 1));
    }

    private static long? Read(string text) =>
        Digits.TryRead(ref Framed(Samples.Utf8(text))[0], 16, 16 + text.Length, out var value) ? value : null;

    private static byte[] Framed(byte[] text) => [.. Samples.Utf8("9999999999999999"), .. text, .. Samples.Utf8("99")];
}
