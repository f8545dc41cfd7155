using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.App.Configuration;

/// <summary>The validated configuration, in the types that the stages take. Made by <see cref="SettingsReader"/>, immutable.</summary>
internal sealed record LiveStreamOptions
{
    /// <summary>What shapes the numbers.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Lanes, 1..64.</summary>
    public required int Lanes { get; init; }

    /// <summary>Topics and the types each may carry, in configured order.</summary>
    public required IReadOnlyList<TopicSetting> Topics { get; init; }

    /// <summary>Key of the pseudonyms, or null when none is configured.</summary>
    public required byte[]? IdentityKey { get; init; }

    /// <summary>The section as it was written, for everything that is passed on unchanged.</summary>
    public required LiveStreamSettings Settings { get; init; }
}

/// <summary>A topic and the types it may carry.</summary>
internal sealed record TopicSetting(string Topic, IReadOnlyList<EventType> Types)
{
    /// <summary>The topics of the event contract.</summary>
    public static IReadOnlyList<TopicSetting> Defaults { get; } =
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
