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

    /// <summary>Bits (by <see cref="Field"/>) of the fields that an event of the type must have.</summary>
    public static uint Needed(EventType type) => Needs[(int)type];

    /// <summary>Bits of the fields that every event must have.</summary>
    public const uint NeededByAll = (1u << (int)Field.Room) | (1u << (int)Field.Time);

    /// <summary>The field of this name.</summary>
    public static Field Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.SequenceEqual("ts"u8) ? Field.Time : name.SequenceEqual("id"u8) ? Field.Id : Field.Unknown,
        3 => name.SequenceEqual("qty"u8) ? Field.Quantity : name.SequenceEqual("fan"u8) ? Field.Fan : Field.Unknown,
        4 => FindOfFour(name),
        5 => FindOfFive(name),
        6 => name.SequenceEqual("amount"u8) ? Field.Amount : Field.Unknown,
        7 => FindOfSeven(name),
        8 => name.SequenceEqual("newBuyer"u8) ? Field.NewBuyer : Field.Unknown,
        9 => name.SequenceEqual("newViewer"u8) ? Field.NewViewer : Field.Unknown,
        _ => Field.Unknown,
    };

    private static Field FindOfFour(ReadOnlySpan<byte> name) => name[0] switch
    {
        (byte)'t' => name.SequenceEqual("type"u8) ? Field.Type : name.SequenceEqual("text"u8) ? Field.Text : Field.Unknown,
        (byte)'r' => name.SequenceEqual("room"u8) ? Field.Room : Field.Unknown,
        (byte)'u' => name.SequenceEqual("user"u8) ? Field.User : Field.Unknown,
        (byte)'n' => name.SequenceEqual("name"u8) ? Field.Name : Field.Unknown,
        _ => Field.Unknown,
    };

    private static Field FindOfFive(ReadOnlySpan<byte> name) => name[0] switch
    {
        (byte)'o' => name.SequenceEqual("order"u8) ? Field.Order : Field.Unknown,
        (byte)'c' => name.SequenceEqual("count"u8) ? Field.Count : Field.Unknown,
        (byte)'s' => name.SequenceEqual("stock"u8) ? Field.Stock : Field.Unknown,
        (byte)'l' => name.SequenceEqual("label"u8) ? Field.Label : Field.Unknown,
        _ => Field.Unknown,
    };

    private static Field FindOfSeven(ReadOnlySpan<byte> name) => name[0] switch
    {
        (byte)'s' => name.SequenceEqual("session"u8) ? Field.Session : Field.Unknown,
        (byte)'p' => name.SequenceEqual("product"u8) ? Field.Product : Field.Unknown,
        (byte)'c' => name.SequenceEqual("channel"u8) ? Field.Channel : Field.Unknown,
        _ => Field.Unknown,
    };

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
