namespace LiveStream.Metrics.Events;

/// <summary>The facts about event types that every stage needs: names on the wire and the classes a type belongs to.</summary>
public static class EventTypes
{
    /// <summary>Number of event types; every <see cref="EventType"/> is smaller.</summary>
    public const int Count = (int)EventType.Cost + 1;

    /// <summary>Number of viewer event types; exactly the types below this value carry a user.</summary>
    public const int ViewerCount = (int)EventType.Vote + 1;

    private static readonly string[] WireNames =
    [
        "barrage", "like", "click", "impression", "cart", "payment", "order", "cancel", "refund",
        "enter", "leave", "heartbeat", "share", "follow", "gift", "lottery", "vote",
        "start", "end", "list", "unlist", "explain_start", "explain_end", "stock", "marker", "script", "cost",
    ];

    /// <summary>Bit per type that is payment, order, cancel or refund.</summary>
    public const uint TradeTypes =
        (1u << (int)EventType.Payment) | (1u << (int)EventType.Order) | (1u << (int)EventType.Cancel) | (1u << (int)EventType.Refund);

    private const uint InteractionTypes =
        (1u << (int)EventType.Barrage) | (1u << (int)EventType.Like) | (1u << (int)EventType.Share) | (1u << (int)EventType.Follow)
        | (1u << (int)EventType.Gift) | (1u << (int)EventType.Lottery) | (1u << (int)EventType.Vote);

    private const uint BatchTypes = (1u << (int)EventType.Like) | (1u << (int)EventType.Gift);

    private const uint ProductTypes =
        (1u << (int)EventType.Click) | (1u << (int)EventType.Impression) | (1u << (int)EventType.Cart) | (1u << (int)EventType.List)
        | (1u << (int)EventType.Unlist) | (1u << (int)EventType.ExplainStart) | (1u << (int)EventType.ExplainEnd) | (1u << (int)EventType.Stock);

    /// <summary>The names on the wire, indexed by type.</summary>
    public static ReadOnlySpan<string> Names => WireNames;

    /// <summary>The name on the wire, such as <c>explain_start</c>.</summary>
    public static string Name(EventType type) => WireNames[(int)type];

    /// <summary>Whether the type is a viewer event: it carries a user and counts towards viewers.</summary>
    public static bool IsViewer(EventType type) => (int)type < ViewerCount;

    /// <summary>Whether the type is payment, order, cancel or refund: deduplicated by id, and moved rather than dropped when late.</summary>
    public static bool IsTrade(EventType type) => ((TradeTypes >> (int)type) & 1) != 0;

    /// <summary>Whether the type carries the size of a client-side batch.</summary>
    public static bool HasCount(EventType type) => ((BatchTypes >> (int)type) & 1) != 0;

    /// <summary>How many of its type an event stands for. Without a branch, since nothing foretells the next event's type.</summary>
    public static int Counted(in RoomEvent e) => 1 + ((e.Count - 1) & -(int)((BatchTypes >> (int)e.Type) & 1));

    /// <summary>Whether a late event of this type is moved to the bound instead of being dropped.</summary>
    public static bool IsMovable(EventType type) => IsTrade(type) || type is EventType.Start or EventType.End;

    /// <summary>Whether the type counts towards <c>interactingViewers</c>.</summary>
    public static bool IsInteraction(EventType type) => ((InteractionTypes >> (int)type) & 1) != 0;

    /// <summary>Whether an event of this type must carry a product.</summary>
    public static bool NeedsProduct(EventType type) => ((ProductTypes >> (int)type) & 1) != 0;

    /// <summary>Finds a type by its name on the wire.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out EventType type)
    {
        for (var i = 0; i < WireNames.Length; i++)
        {
            if (name.SequenceEqual(WireNames[i]))
            {
                type = (EventType)i;
                return true;
            }
        }

        type = default;
        return false;
    }
}
