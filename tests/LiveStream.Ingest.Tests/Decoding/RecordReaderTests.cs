using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

public sealed class RecordReaderTests
{
    private const string Deep = """{"ts":1,"x":[[[[[[[[[[[[[[[[[[[["]"]]]]]]]]]]]]]]]]]]]]}""";

    [Theory]
    [InlineData("{1}", "1")]
    [InlineData(" {1} ", "1")]
    [InlineData("[{1}]", "1")]
    [InlineData(" [ {1} , {2} ] \n", "1 2")]
    [InlineData("{1}\n{2}", "1 2")]
    [InlineData("\r\n{1}\r\n\r\n{2}\n \t\r\n", "1 2")]
    [InlineData("", "Json")]
    [InlineData(" \n", "Json")]
    [InlineData("[]", "Json")]
    [InlineData("[ ] x", "Json")]
    [InlineData("5", "Json")]
    [InlineData("null", "Json")]
    [InlineData("{1} {2}", "Json")]
    [InlineData("{1} {2}\n{3}", "Json 3")]
    [InlineData("{1}\ngarbage\n{2}", "1 Json 2")]
    [InlineData("{1}\n{\"ts\":2,\n{3}", "1 Json 3")]
    [InlineData("{1}\n{\"ts\":2,\"text\":\"abc\n{3}", "1 Json 3")]
    [InlineData("{1}\n[{2}]", "1 Json")]
    [InlineData("[{1},5,{2}]", "1 Json 2")]
    [InlineData("[{1},[{9}],{2}]", "1 Json 2")]
    [InlineData("[{1},{\"ts\":01},{2}]", "1 Json 2")]
    [InlineData("[{1},{\"ts\":tru,\"x\":[1,{\"y\":\",]}\\\"\"}]},{2}]", "1 Json 2")]
    [InlineData("[{1},{},{2}]", "1 Missing 2")]
    [InlineData("[{1},{DEEP},{2}]", "1 Json 2")]
    [InlineData("[{1},{2}", "1 2 Json")]
    [InlineData("[{1},", "1 Json")]
    [InlineData("[{1},]", "1 Json")]
    [InlineData("[{1} {2}]", "1 Json")]
    [InlineData("[{1}] [{2}]", "1 Json")]
    [InlineData("[{1},{\"ts\":2,\"text\":\"abc},{3}]", "1 Json")]
    [InlineData("[{1},{2}}]", "1 2 Json")]
    [InlineData("[", "Json")]
    [InlineData("[,{1}]", "Json")]
    public void Events_of_a_record(string record, string expected)
    {
        var text = record.Replace("{DEEP}", Deep, StringComparison.Ordinal);
        for (var i = 1; i <= 9; i++)
        {
            text = text.Replace($"{{{i}}}", $$"""{"room":"r","user":"u","ts":{{i}}}""", StringComparison.Ordinal);
        }

        Assert.Equal(expected, string.Join(' ', Read(Samples.Utf8(text))));
    }

    [Fact]
    public void An_object_may_span_lines() =>
        Assert.Equal(["1", "2"], Read("{\n \"room\": \"r\",\n \"user\": \"u\",\n \"ts\": 1\n}\n{\"room\":\"r\",\"user\":\"u\",\"ts\":2}"u8));

    [Fact]
    public void Nesting_inside_an_array_is_counted_from_the_object()
    {
        var line = $$"""[{"room":"r","user":"u","ts":1,"x":{{new string('[', 15)}}{{new string(']', 15)}}}]""";
        Assert.Equal(["1"], Read(Samples.Utf8(line)));
    }

    [Fact]
    public void A_record_over_one_mebibyte_is_one_rejected_event()
    {
        byte[] Padded(int length) => Samples.Utf8("""{"room":"r","user":"u","ts":1}""".PadRight(length));
        Assert.Equal(["1"], Read(Padded(RecordReader.MaxRecordBytes)));
        Assert.Equal(["Size"], Read(Padded(RecordReader.MaxRecordBytes + 1)));
    }

    [Fact]
    public void Any_bytes_come_to_an_end_and_the_raw_parts_lie_in_order()
    {
        var random = new Random(11);
        var decoder = new EventDecoder(Samples.Pseudonym);
        const string alphabet = "{}[]\",:\\ \n\t1tu";
        for (var round = 0; round < 50_000; round++)
        {
            var value = Enumerable.Range(0, random.Next(40)).Select(_ => (byte)alphabet[random.Next(alphabet.Length)]).ToArray();
            var reader = new RecordReader(decoder, TopicTypes.All, value);
            var events = 0;
            while (reader.Read(out _, out var reason))
            {
                Assert.NotEqual(RejectReason.None, reason);
                Assert.True(++events <= value.Length + 1, Encoding.UTF8.GetString(value));
            }

            Assert.True(events > 0);
        }
    }

    [Fact]
    public void A_record_of_openings_is_read_in_linear_time()
    {
        var value = Samples.Utf8(string.Concat(Enumerable.Repeat("{\"a\":[\n", RecordReader.MaxRecordBytes / 7)));
        Assert.All(Read(value), reason => Assert.Equal("Json", reason));
        value = Samples.Utf8("[" + string.Concat(Enumerable.Repeat("{\"a\":[", RecordReader.MaxRecordBytes / 6 - 1)));
        Assert.Equal(["Json"], Read(value));
    }

    private static List<string> Read(ReadOnlySpan<byte> value)
    {
        var events = new List<string>();
        var reader = new RecordReader(new EventDecoder(Samples.Pseudonym), TopicTypes.Of(EventType.Like), value);
        while (reader.Read(out var parsed, out var reason))
        {
            events.Add(reason == RejectReason.None ? parsed.TimeMs.ToString() : reason.ToString());
        }

        return events;
    }
}
