using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>Where made events go: section <c>Kafka</c> of the configuration, as far as a producer needs it.</summary>
/// <param name="BootstrapServers">Brokers.</param>
/// <param name="Topics">Topic name and the types it may carry; the first topic that carries a type gets it.</param>
public sealed record KafkaSinkOptions(string BootstrapServers, IReadOnlyList<(string Topic, IReadOnlyList<EventType> Types)> Topics)
{
    /// <summary>The topics of the event contract.</summary>
    public static IReadOnlyList<(string Topic, IReadOnlyList<EventType> Types)> DefaultTopics { get; } =
    [
        ("live.barrage", [EventType.Barrage]),
        ("live.like", [EventType.Like]),
        ("live.click", [EventType.Click, EventType.Impression]),
        ("live.cart", [EventType.Cart]),
        ("live.payment", [EventType.Payment, EventType.Order, EventType.Cancel, EventType.Refund]),
        ("live.presence", [EventType.Enter, EventType.Leave, EventType.Heartbeat]),
        ("live.social", [EventType.Share, EventType.Follow, EventType.Gift, EventType.Lottery, EventType.Vote]),
        ("live.room", [EventType.Start, EventType.End, EventType.List, EventType.Unlist, EventType.ExplainStart, EventType.ExplainEnd, EventType.Stock, EventType.Marker, EventType.Script, EventType.Cost]),
    ];

    /// <summary>Where rooms go: <c>crc32</c> is librdkafka's own default, anything else murmur2.</summary>
    public string Partitioner { get; init; } = "murmur2";

    /// <summary>Partitions of topics that have to be created while none exists; existing topics decide for missing ones.</summary>
    public int PartitionsOfNewTopics { get; init; } = 4;

    /// <summary>A topic appears when it is first asked for: librdkafka's mock brokers, which know no other way.</summary>
    public bool BrokerCreatesTopics { get; init; }

    /// <summary>Further librdkafka properties, as they are (TLS, SASL).</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>False: everything is sent as fast as it goes, stamped with its intended send time, whatever the clock says.</summary>
    public bool Paced { get; init; } = true;

    /// <summary>Most events a second, also while catching up with the clock; null = no limit. For brokers that keep little.</summary>
    public int? MaxEventsPerSecond { get; init; }

    /// <summary>How long an event may wait for others of its record, ms of send time.</summary>
    public int BatchWaitMs { get; init; } = 50;
}
