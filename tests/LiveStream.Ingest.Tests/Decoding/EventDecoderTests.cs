using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

[Collection(nameof(MeasuredAlone))]
public sealed class EventDecoderTests
{
    private readonly EventDecoder _decoder = new(Samples.Pseudonym);

    [Fact]
    public void A_whole_payment_is_read_field_by_field()
    {
        var line = Samples.Utf8(Samples.Lines[2]);
        Assert.Equal(RejectReason.None, _decoder.Decode(line, TopicTypes.All, out var parsed));
        Assert.Equal(EventType.Payment, parsed.Type);
        Assert.Equal(1_511_654_400_123, parsed.TimeMs);
        Assert.True(parsed.Room.SequenceEqual("r1"u8));
        Assert.True(parsed.Order.SequenceEqual("o-1"u8));
        Assert.True(parsed.Product.SequenceEqual("p1"u8));
        Assert.True(parsed.Id.SequenceEqual("e1"u8));
        Assert.Equal(9_900, parsed.AmountMinor);
        Assert.Equal(2, parsed.Quantity);
        Assert.Equal(1, parsed.Count);
        Assert.Equal(Flag.True, parsed.NewBuyer);
        Assert.Equal(Flag.Absent, parsed.NewViewer);
        Assert.Equal(Samples.Pseudonym.Of("u1"u8), parsed.Viewer);
    }

    [Fact]
    public void Escapes_are_resolved_in_names_and_values()
    {
        var line = Samples.Utf8(Samples.Lines[1]);
        Assert.Equal(RejectReason.None, _decoder.Decode(line, TopicTypes.All, out var parsed));
        Assert.Equal("这件衣服真好看 😀 \"quoted\" \\ / \b\f\n\r\t 中", Encoding.UTF8.GetString(parsed.Text));
        Assert.Equal("直播间一号", Encoding.UTF8.GetString(parsed.Room));
        Assert.Equal(RejectReason.None, _decoder.Decode(Samples.Utf8(Samples.Lines[7]), TopicTypes.All, out parsed));
        Assert.Equal(EventType.Click, parsed.Type);
        Assert.Equal("p2", Encoding.UTF8.GetString(parsed.Product));
        Assert.Equal(1_511_654_400_124, parsed.TimeMs);
    }

    [Theory]
    [InlineData("""{"room":"r","ts":1,"user":"u"}""", RejectReason.None)]
    [InlineData("""{"type":null,"room":"r","ts":1,"user":"u"}""", RejectReason.None)]
    [InlineData("""{"type":"","room":"r","ts":1,"user":"u"}""", RejectReason.None)]
    [InlineData("""{"type":"click","room":"r","ts":1,"user":"u","product":"p"}""", RejectReason.Type)]
    [InlineData("""{"type":"LIKE","room":"r","ts":1,"user":"u"}""", RejectReason.Type)]
    [InlineData("""{"room":"r","ts":1}""", RejectReason.Missing)]
    [InlineData("""{"room":"r","ts":1,"user":"u","count":0}""", RejectReason.Limit)]
    [InlineData("""{"room":"r","ts":0,"user":"u"}""", RejectReason.Limit)]
    [InlineData("""{"room":"r","ts":253402300800000,"user":"u"}""", RejectReason.Limit)]
    [InlineData("""{"room":"r","ts":1e3,"user":"u"}""", RejectReason.FieldType)]
    [InlineData("""{"room":"r","ts":"1","user":"u"}""", RejectReason.FieldType)]
    [InlineData("""{"room":"r","ts":1,"user":5}""", RejectReason.FieldType)]
    [InlineData("""{"room":"r","ts":1,"user":"\ud800"}""", RejectReason.FieldType)]
    [InlineData("""{"room":"r","ts":1,"user":"u","stock":-1}""", RejectReason.Limit)]
    [InlineData("""{"room":"r","ts":1,"user":"u","user":7,"user":"v"}""", RejectReason.None)]
    [InlineData("""{"room":"r","ts":1,"user":"u","user":null}""", RejectReason.Missing)]
    [InlineData("""{"room":"r","ts":1,"user":"u","\ud800":1}""", RejectReason.None)]
    [InlineData("""{"room":"r","ts":1,"user":"u"} x""", RejectReason.Json)]
    [InlineData("""{"room":"r","ts":1,"user":"u",}""", RejectReason.Json)]
    [InlineData("""{"room":"r","ts":01,"user":"u"}""", RejectReason.Json)]
    [InlineData("""["room"]""", RejectReason.Json)]
    [InlineData("", RejectReason.Json)]
    public void A_like_topic_judges(string line, RejectReason expected) =>
        Assert.Equal(expected, _decoder.Decode(Samples.Utf8(line), TopicTypes.Of(EventType.Like), out _));

    [Fact]
    public void A_topic_of_several_types_implies_none() =>
        Assert.Equal(RejectReason.Missing, _decoder.Decode("""{"room":"r","ts":1,"user":"u","product":"p"}"""u8,
            TopicTypes.Of(EventType.Click, EventType.Impression), out _));

    [Theory]
    [InlineData(16, RejectReason.None)]
    [InlineData(17, RejectReason.Json)]
    public void Nesting_counts_the_events_own_object(int depth, RejectReason expected)
    {
        var inner = depth - 1;
        var line = $$"""{"room":"r","ts":1,"user":"u","x":{{new string('[', inner)}}{{new string(']', inner)}}}""";
        Assert.Equal(expected, _decoder.Decode(Samples.Utf8(line), TopicTypes.Of(EventType.Like), out _));
    }

    [Theory]
    [InlineData("room", 128)]
    [InlineData("session", 128)]
    [InlineData("id", 64)]
    [InlineData("product", 128)]
    [InlineData("order", 64)]
    [InlineData("text", 2000)]
    [InlineData("channel", 64)]
    [InlineData("name", 128)]
    [InlineData("label", 64)]
    [InlineData("user", 128)]
    public void Limits_are_bytes_after_unescaping(string field, int limit)
    {
        string Line(string value) => $$"""{"room":"r","ts":1,"user":"u","{{field}}":"{{value}}"}""";
        RejectReason Judge(string value) => _decoder.Decode(Samples.Utf8(Line(value)), TopicTypes.Of(EventType.Like), out _);
        Assert.Equal(RejectReason.None, Judge(new string('x', limit)));
        Assert.Equal(RejectReason.Limit, Judge(new string('x', limit + 1)));
        Assert.Equal(RejectReason.None, Judge(new string('é', limit / 2)));
        Assert.Equal(RejectReason.Limit, Judge(new string('é', (limit / 2) + 1)));
        Assert.Equal(RejectReason.None, Judge(string.Concat(Enumerable.Repeat("\\u00e9", limit / 2))));
        Assert.Equal(RejectReason.Limit, Judge(string.Concat(Enumerable.Repeat("\\u00e9", (limit / 2) + 1))));
    }

    [Fact]
    public void Invalid_utf8_is_refused_in_known_strings_and_overlooked_in_others()
    {
        byte[] Line(string field) => [.. Samples.Utf8($$"""{"room":"r","ts":1,"user":"u","{{field}}":"a"""), 0xff, .. "\"}"u8];
        Assert.Equal(RejectReason.FieldType, _decoder.Decode(Line("name"), TopicTypes.Of(EventType.Like), out _));
        Assert.Equal(RejectReason.None, _decoder.Decode(Line("nickname"), TopicTypes.Of(EventType.Like), out _));
    }

    [Fact]
    public void Every_type_is_found_by_its_name_and_by_no_other()
    {
        for (var i = 0; i < EventTypes.Count; i++)
        {
            Assert.True(TypeNames.TryFind(Samples.Utf8(EventTypes.Names[i]), out var found));
            Assert.Equal((EventType)i, found);
            Assert.False(TypeNames.TryFind(Samples.Utf8(EventTypes.Names[i] + "x"), out _));
        }
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        var lines = Samples.Lines.Select(Samples.Utf8).ToArray();
        DecodeAll(lines, 2_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        DecodeAll(lines, 1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void DecodeAll(byte[][] lines, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            foreach (var line in lines)
            {
                _decoder.Decode(line, TopicTypes.All, out _);
            }
        }
    }
}
