using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Decoding;

/// <summary>An event or a rejection as one line of text, so that two decoders can be compared.</summary>
internal static class Description
{
    public static string Of(RejectReason reason, in ParsedEvent parsed) =>
        reason != RejectReason.None ? $"rejected {reason}" : Of(parsed.Type, parsed.TimeMs, parsed.Viewer, Text(parsed.Room),
            Text(parsed.Session), Text(parsed.Id), Text(parsed.Product), Text(parsed.Order), Text(parsed.Channel),
            Text(parsed.Name), Text(parsed.Label), Text(parsed.Text), parsed.AmountMinor, parsed.StockUnits, parsed.Quantity,
            parsed.Count, parsed.NewViewer, parsed.NewBuyer, parsed.Fan);

    public static string Of(EventType type, long timeMs, ulong viewer, string room, string session, string id, string product,
        string order, string channel, string name, string label, string text, long amountMinor, long stock, long quantity,
        long count, Flag newViewer, Flag newBuyer, Flag fan) => string.Join('|', type, timeMs, viewer, room, session, id,
            product, order, channel, name, label, text, amountMinor, stock, quantity, count, newViewer, newBuyer, fan);

    public static string Decode(EventDecoder decoder, ReadOnlySpan<byte> json, TopicTypes types)
    {
        var reason = decoder.Decode(json, types, out var parsed);
        return Of(reason, parsed);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
