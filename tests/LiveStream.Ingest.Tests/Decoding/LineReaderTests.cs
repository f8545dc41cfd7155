using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "")]
    [InlineData("{1}", "1:1")]
    [InlineData("{1}\n", "1:1")]
    [InlineData("{1}\r\n{2} \t\r\n{3}\r", "1:1 2:2 3:3")]
    [InlineData(" {1}\n\n \t\r\n{2}", "1:1 2:4")]
    [InlineData("{1}{2}\n{3}", "Json:1 3:2")]
    [InlineData("{1}\n{2} x\n{3}", "1:1 Json:2 3:3")]
    [InlineData("{1}\n{\n}\n{3}", "1:1 Json:2 Json:3 3:4")]
    [InlineData("x\n[{1}]\n{3}", "Json:1 Json:2 3:3")]
    [InlineData("{1}\n{\"ts\":\n{3}", "1:1 Json:2 3:3")]
    [InlineData("{1}\n{}\n\n{3}\n{4}\n", "1:1 Missing:2 3:4 4:5")]
    public void Every_line_is_one_event(string lines, string expected)
    {
        for (var i = 1; i <= 9; i++)
        {
            lines = lines.Replace($"{{{i}}}", $$"""{"room":"r","user":"u","ts":{{i}}}""", StringComparison.Ordinal);
        }

        var decoder = new EventDecoder(Samples.Pseudonym);
        var bytes = Samples.Utf8(lines);
        Assert.Equal(expected, string.Join(' ', Read(decoder, bytes)));

        // Now that it has learnt something.
        Assert.Equal(expected, string.Join(' ', Read(decoder, bytes)));
    }

    [Fact]
    public void A_line_over_one_mebibyte_is_rejected_even_if_it_is_an_event_and_spaces()
    {
        var line = """{"room":"r","user":"u","ts":1}""";
        var decoder = new EventDecoder(Samples.Pseudonym);
        var text = line + "\n" + line.PadRight(LineReader.MaxLineBytes) + "\n" + line.PadRight(LineReader.MaxLineBytes + 1) + "\n" + line;
        Assert.Equal(["1:1", "1:2", "Size:3", "1:4"], Read(decoder, Samples.Utf8(text)));
    }

    private static List<string> Read(EventDecoder decoder, ReadOnlySpan<byte> lines)
    {
        var events = new List<string>();
        var reader = new LineReader(decoder, TopicTypes.Of(EventType.Like), lines);
        while (reader.Read(out var parsed, out var reason))
        {
            events.Add($"{(reason == RejectReason.None ? parsed.TimeMs.ToString() : reason.ToString())}:{reader.Lines}");
        }

        return events;
    }
}
