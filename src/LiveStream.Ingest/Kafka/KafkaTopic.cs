using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Kafka;

/// <summary>A topic that is read, and the types it may carry.</summary>
public sealed record KafkaTopic(string Name, IReadOnlyList<EventType> Types)
{
    /// <summary>The topics of the event contract.</summary>
    public static IReadOnlyList<KafkaTopic> Defaults { get; } =
    [
        new("live.barrage", [EventType.Barrage]),
        new("live.like", [EventType.Like]),
        new("live.click", [EventType.Click, EventType.Impression]),
        new("live.cart", [EventType.Cart]),
        new("live.payment", [EventType.Payment, EventType.Order, EventType.Cancel, EventType.Refund]),
        new("live.presence", [EventType.Enter, EventType.Leave, EventType.Heartbeat]),
        new("live.social", [EventType.Share, EventType.Follow, EventType.Gift, EventType.Lottery, EventType.Vote]),
        new("live.room",
        [
            EventType.Start, EventType.End, EventType.List, EventType.Unlist, EventType.ExplainStart, EventType.ExplainEnd,
            EventType.Stock, EventType.Marker, EventType.Script, EventType.Cost,
        ]),
    ];
}
