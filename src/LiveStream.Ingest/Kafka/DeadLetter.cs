using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// One rejected event as it is kept: <c>{"topic", "partition", "offset", "index", "reason", "bytes", "payload", "encoding"}</c>.
/// <c>index</c> counts the events of the record, <c>bytes</c> is the event's length, <c>payload</c> its first KiB as text, or as
/// base64 when it is not UTF-8.
/// </summary>
internal static class DeadLetter
{
    /// <summary>Most bytes of an event that are kept.</summary>
    public const int MaxPayloadBytes = 1024;

    public static byte[] Write(string topic, in RecordPlace place, int index, RejectReason reason, ReadOnlySpan<byte> raw, bool withPayload)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("topic"u8, topic);
        json.WriteNumber("partition"u8, place.Partition);
        json.WriteNumber("offset"u8, place.Offset);
        json.WriteNumber("index"u8, index);
        json.WriteString("reason"u8, RejectNames.Of(reason));
        json.WriteNumber("bytes"u8, raw.Length);
        if (withPayload)
        {
            var kept = Cut(raw);
            if (Utf8.IsValid(kept))
            {
                json.WriteString("payload"u8, kept);
                json.WriteString("encoding"u8, "text"u8);
            }
            else
            {
                json.WriteBase64String("payload"u8, kept);
                json.WriteString("encoding"u8, "base64"u8);
            }
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The first KiB, less a character that would be cut in two.</summary>
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> raw)
    {
        if (raw.Length <= MaxPayloadBytes)
        {
            return raw;
        }

        var kept = raw[..MaxPayloadBytes];
        if (Rune.DecodeLastFromUtf8(kept, out _, out var cut) != OperationStatus.Done && cut < 4)
        {
            var whole = kept[..^cut];
            return Utf8.IsValid(whole) ? whole : kept;
        }

        return kept;
    }
}
