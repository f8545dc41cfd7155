using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>What is known of the fields of an event: names, kinds, limits, and which type needs which.</summary>
internal static class Fields
{
    /// <summary>Fields below this one are strings.</summary>
    public const Field FirstInteger = Field.Time;

    /// <summary>Fields from <see cref="FirstInteger"/> to below this one are integers; flags follow.</summary>
    public const Field FirstFlag = Field.NewViewer;

    /// <summary>Longest value of each string field, bytes of UTF-8. The type has none: what is too long is no type.</summary>
    private static readonly int[] Lengths = [16, 128, 128, 128, 64, 128, 64, 2_000, 64, 128, 64];

    private static readonly long[] Least = [1, 0, 1, 1, 0];

    private static readonly long[] Most = [253_402_300_799_999, 100_000_000_000, 1_000_000, 10_000, 1_000_000_000];

    private static readonly uint[] Needs = NeedsOfTypes();

    /// <summary>Longest value of a string field, bytes of UTF-8.</summary>
    public static int MaxLength(Field field) => Lengths[(int)field];

    /// <summary>Whether the value of an integer field is within its limits.</summary>
    public static bool InRange(Field field, long value)
    {
        var index = field - FirstInteger;
        return value >= Least[index] && value <= Most[index];
    }

    /// <summary>Smallest value of an integer field, and what may come on top.</summary>
    public static (long Least, ulong Spread) Range(Field field) =>
        (Least[field - FirstInteger], (ulong)(Most[field - FirstInteger] - Least[field - FirstInteger]));

    /// <summary>Bits (by <see cref="Field"/>) of the fields that an event of the type must have.</summary>
    public static uint Needed(EventType type) => Needs[(int)type];

    /// <summary>Bits of the fields that every event must have.</summary>
    public const uint NeededByAll = (1u << (int)Field.Room) | (1u << (int)Field.Time);

    /// <summary>The names, in the order of <see cref="Field"/>.</summary>
    public static ShortNames Names { get; } = new(
        [
            "type", "room", "user", "session", "id", "product", "order", "text", "channel", "name", "label",
            "ts", "amount", "qty", "count", "stock", "newViewer", "newBuyer", "fan",
        ],
        (byte)Field.Unknown);

    /// <summary>The field of this name.</summary>
    public static Field Find(ReadOnlySpan<byte> name) => (Field)Names.Find(name);

    private static uint[] NeedsOfTypes()
    {
        var needs = new uint[EventTypes.Count];
        for (var i = 0; i < needs.Length; i++)
        {
            var type = (EventType)i;
            needs[i] = NeededByAll
                | Bit(Field.User, EventTypes.IsViewer(type))
                | Bit(Field.Product, EventTypes.NeedsProduct(type))
                | Bit(Field.Order, EventTypes.IsTrade(type))
                | Bit(Field.Amount, type is EventType.Payment or EventType.Refund)
                | Bit(Field.Stock, type is EventType.Stock);
        }

        return needs;
    }

    private static uint Bit(Field field, bool set) => set ? 1u << (int)field : 0;
}
