using System.Text;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Peers;

/// <summary>A decoded event as a plain program has it: an object with strings (each room and product one shared string).</summary>
public sealed record PlainEvent(
    EventType Type, long TimeMs, string Room, ulong User, string? Product, string? Order, long AmountMinor, int Count)
{
    /// <summary>The first events of a log, as objects.</summary>
    public static PlainEvent[] Of(DecodedLog decoded, int most = int.MaxValue)
    {
        var strings = new Dictionary<string, string>();
        var events = new PlainEvent[Math.Min(most, decoded.Count)];
        for (var i = 0; i < events.Length; i++)
        {
            decoded.Read(i, out var parsed);
            var order = parsed.Order.IsEmpty ? null : Encoding.UTF8.GetString(parsed.Order);
            events[i] = new PlainEvent(
                parsed.Type, parsed.TimeMs, Shared(parsed.Room)!, parsed.Viewer, Shared(parsed.Product), order, parsed.AmountMinor, parsed.Count);
        }

        return events;

        string? Shared(ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty)
            {
                return null;
            }

            var made = Encoding.UTF8.GetString(text);
            return strings.TryGetValue(made, out var known) ? known : strings[made] = made;
        }
    }
}
