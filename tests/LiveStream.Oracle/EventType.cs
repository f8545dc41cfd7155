namespace LiveStream.Oracle;

/// <summary>The types of events.md in the order of its table: viewer events first, then those of the room.</summary>
internal enum EventType
{
    Barrage, Like, Click, Impression, Cart, Payment, Order, Cancel, Refund, Enter, Leave, Heartbeat,
    Share, Follow, Gift, Lottery, Vote,
    Start, End, List, Unlist, ExplainStart, ExplainEnd, Stock, Marker, Script, Cost,
}

/// <summary>Names and kinds of the event types.</summary>
internal static class EventTypes
{
    private static readonly string[] Names =
    [
        "barrage", "like", "click", "impression", "cart", "payment", "order", "cancel", "refund", "enter", "leave", "heartbeat",
        "share", "follow", "gift", "lottery", "vote",
        "start", "end", "list", "unlist", "explain_start", "explain_end", "stock", "marker", "script", "cost",
    ];

    public static int Count => Names.Length;

    public static IReadOnlyList<EventType> OfViewers { get; } = [.. Enum.GetValues<EventType>().Where(IsViewer)];

    public static string Name(this EventType type) => Names[(int)type];

    public static EventType? Parse(string name)
    {
        var index = Array.IndexOf(Names, name);
        return index < 0 ? null : (EventType)index;
    }

    public static bool IsViewer(this EventType type) => type <= EventType.Vote;

    public static bool IsTrade(this EventType type) =>
        type is EventType.Payment or EventType.Order or EventType.Cancel or EventType.Refund;

    public static bool IsInteraction(this EventType type) =>
        type is EventType.Barrage or EventType.Like or EventType.Share or EventType.Follow
            or EventType.Gift or EventType.Lottery or EventType.Vote;

    /// <summary>Too old an event of these types is moved to its bound instead of being late.</summary>
    public static bool IsMovable(this EventType type) => type.IsTrade() || type is EventType.Start or EventType.End;

    public static bool NeedsProduct(this EventType type) =>
        type is EventType.Click or EventType.Impression or EventType.Cart or EventType.List or EventType.Unlist
            or EventType.ExplainStart or EventType.ExplainEnd or EventType.Stock;
}
