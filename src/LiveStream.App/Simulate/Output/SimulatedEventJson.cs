using System.Text;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// Writes made events as the JSON that the engine reads: one object, no newline, 110 to 200 bytes as gateways send them (a device
/// and an app version, which the engine ignores, come last). Ids follow from indices alone, so that a decoded form can be matched.
/// </summary>
public static class SimulatedEventJson
{
    /// <summary>No line is longer; callers offer at least this much.</summary>
    public const int MaxBytes = 1024;

    private static readonly byte[][] Openings = [.. EventTypes.Names.ToArray().Select(name => Encoding.UTF8.GetBytes($"{{\"type\":\"{name}\",\"room\":\"live-"))];

    private static readonly byte[][] Devices =
    [
        ",\"device\":\"android\",\"app\":\"31.4.0\"}"u8.ToArray(), ",\"device\":\"iphone\",\"app\":\"31.4.0\"}"u8.ToArray(),
        ",\"device\":\"android\",\"app\":\"31.2.1\"}"u8.ToArray(), ",\"device\":\"harmony\",\"app\":\"31.4.0\"}"u8.ToArray(),
    ];

    /// <summary>Writes one event (or one line of garbage) and returns its length.</summary>
    /// <param name="e">The event.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> long.</param>
    public static int Write(in SimulatedEvent e, Span<byte> destination)
    {
        if (e.Garbage != GarbageKind.None)
        {
            return GarbageJson.Write(e, destination);
        }

        var line = new JsonLine(destination);
        line.Raw(Openings[(int)e.Type]);
        line.Fixed((ulong)(100_000 + e.Room), 6);
        line.Raw("\",\"ts\":"u8);
        line.Number(e.TimeMs);
        if (EventTypes.IsViewer(e.Type))
        {
            line.Raw(",\"user\":\"u"u8);
            line.Fixed(UserNumber(e.Viewer), 10);
            line.Raw("\""u8);
        }

        if (e.Id != 0)
        {
            line.Raw(",\"id\":\""u8);
            line.Hex((ulong)e.Id * 0x9E3779B97F4A7C15UL);
            line.Raw("\""u8);
        }

        Fields(in e, ref line);
        if (EventTypes.IsViewer(e.Type))
        {
            line.Raw(Devices[e.Viewer & 3]);
        }
        else
        {
            line.Raw("}"u8);
        }

        return line.Length;
    }

    /// <summary>The room's id, as it stands in the events.</summary>
    public static byte[] RoomId(int room) => Encoding.UTF8.GetBytes($"live-{100_000 + room:D6}");

    /// <summary>The viewer's raw id, as it stands in the events.</summary>
    public static string UserId(int viewer) => $"u{UserNumber(viewer):D10}";

    /// <summary>The product's id, as it stands in the events.</summary>
    public static string ProductId(int room, int product) => $"p{ProductNumber(room, product):D8}";

    /// <summary>The number of a viewer's id: scattered, and different for different viewers.</summary>
    internal static ulong UserNumber(int viewer) => 7_000_000_000UL + ((ulong)viewer * 48_271UL % 999_999_937UL);

    private static ulong ProductNumber(int room, int product) => ((ulong)room * 512) + (ulong)product;

    private static void Fields(in SimulatedEvent e, ref JsonLine line)
    {
        switch (e.Type)
        {
            case EventType.Like or EventType.Gift:
                line.Raw(",\"count\":"u8);
                line.Number(e.Count);
                break;
            case EventType.Barrage:
                line.Raw(",\"text\":\""u8);
                line.Raw(Phrases.Barrages[e.Text]);
                line.Raw("\""u8);
                break;
            case EventType.Click or EventType.Impression or EventType.Unlist or EventType.ExplainEnd:
                Product(in e, ref line);
                break;
            case EventType.Cart:
                Product(in e, ref line);
                line.Raw(",\"qty\":"u8);
                line.Number(e.Quantity);
                break;
            case EventType.Order or EventType.Payment or EventType.Refund or EventType.Cancel:
                Trade(in e, ref line);
                break;
            case EventType.Enter:
                line.Raw(",\"channel\":\""u8);
                line.Raw(Channels.Name(e.Channel));
                line.Raw("\""u8);
                Truth(e.NewViewer, ",\"newViewer\":"u8, ref line);
                Truth(e.Fan, ",\"fan\":"u8, ref line);
                break;
            default:
                RoomEventJson.Fields(in e, ref line);
                break;
        }
    }

    private static void Trade(in SimulatedEvent e, ref JsonLine line)
    {
        Product(in e, ref line);
        line.Raw(",\"order\":\"o"u8);
        line.Fixed((ulong)e.Order, 12);
        line.Raw("\",\"amount\":"u8);
        line.Number(e.AmountMinor);
        line.Raw(",\"qty\":"u8);
        line.Number(e.Quantity);
        Truth(e.NewBuyer, ",\"newBuyer\":"u8, ref line);
    }

    internal static void Product(in SimulatedEvent e, ref JsonLine line)
    {
        line.Raw(",\"product\":\"p"u8);
        line.Fixed(ProductNumber(e.Room, e.Product), 8);
        line.Raw("\""u8);
    }

    private static void Truth(Flag flag, ReadOnlySpan<byte> name, ref JsonLine line)
    {
        if (flag != Flag.Absent)
        {
            line.Raw(name);
            line.Raw(flag == Flag.True ? "true"u8 : "false"u8);
        }
    }
}
