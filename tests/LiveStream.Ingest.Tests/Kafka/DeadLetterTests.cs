using System.Text.Json;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class DeadLetterTests
{
    [Fact]
    public void A_letter_carries_coordinates_and_text()
    {
        var letter = Write(Samples.Utf8("{\"a\":\"直播\"}"));
        Assert.Equal("live.like", letter.GetProperty("topic").GetString());
        Assert.Equal(3, letter.GetProperty("partition").GetInt32());
        Assert.Equal(42, letter.GetProperty("offset").GetInt64());
        Assert.Equal(5, letter.GetProperty("index").GetInt32());
        Assert.Equal("fieldType", letter.GetProperty("reason").GetString());
        Assert.Equal("{\"a\":\"直播\"}", letter.GetProperty("payload").GetString());
        Assert.Equal("text", letter.GetProperty("encoding").GetString());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_base64()
    {
        var letter = Write([1, 0xff, 2]);
        Assert.Equal("base64", letter.GetProperty("encoding").GetString());
        Assert.Equal([1, 0xff, 2], letter.GetProperty("payload").GetBytesFromBase64());
    }

    [Theory]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1024)]
    [InlineData(5000, 1024)]
    public void Only_the_first_kibibyte_is_kept(int length, int kept)
    {
        var letter = Write(Samples.Utf8(new string('x', length)));
        Assert.Equal(kept, letter.GetProperty("payload").GetString()!.Length);
        Assert.Equal(length, letter.GetProperty("bytes").GetInt32());
    }

    [Fact]
    public void A_character_is_not_cut_in_two()
    {
        var text = "ab" + new string('直', 1000);
        Assert.Equal("text", Write(Samples.Utf8(text)).GetProperty("encoding").GetString());
        Assert.Equal(2 + 340, Write(Samples.Utf8(text)).GetProperty("payload").GetString()!.Length);
        Assert.Equal("base64", Write([.. Samples.Utf8(new string('x', 1020)), 0xff, 0xff, 0xff, 0xff, 0xff]).GetProperty("encoding").GetString());
    }

    [Fact]
    public void Without_payload_only_coordinates_and_reason_are_kept()
    {
        var json = DeadLetter.Write("t", new RecordPlace(0, 3, 42), 0, RejectReason.Json, "secret"u8, withPayload: false);
        Assert.False(JsonDocument.Parse(json).RootElement.TryGetProperty("payload", out _));
    }

    private static JsonElement Write(byte[] raw) => JsonDocument.Parse(
        DeadLetter.Write("live.like", new RecordPlace(1, 3, 42), 5, RejectReason.FieldType, raw, withPayload: true)).RootElement;
}
