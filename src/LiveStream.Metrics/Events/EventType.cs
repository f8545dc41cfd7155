namespace LiveStream.Metrics.Events;

/// <summary>What an event says happened. Viewer events come first, in the order in which snapshots list them.</summary>
public enum EventType : byte
{
    Barrage,
    Like,
    Click,
    Impression,
    Cart,
    Payment,
    Order,
    Cancel,
    Refund,
    Enter,
    Leave,
    Heartbeat,
    Share,
    Follow,
    Gift,
    Lottery,
    Vote,
    Start,
    End,
    List,
    Unlist,
    ExplainStart,
    ExplainEnd,
    Stock,
    Marker,
    Script,
    Cost,
}
