using System.Globalization;
using Confluent.Kafka;

namespace LiveStream.Ingest.Kafka;

/// <summary>Turns <see cref="KafkaOptions"/> into the properties of each client, and knows which ones recovery depends on.</summary>
public static class KafkaProperties
{
    private const string Offsets = "offsets are committed only after what they cover is durable";
    private const string Assignment = "partitions of all topics must be assigned together";
    private const string Protocol = "group.protocol";
    private const string Classic = "classic";
    private const string New = "consumer";
    private const int DefaultSessionTimeoutMs = 6_000;

    /// <summary>Properties that a user may not set, and why.</summary>
    public static IReadOnlyDictionary<string, string> Refused { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "set Kafka:BootstrapServers instead",
        ["metadata.broker.list"] = "set Kafka:BootstrapServers instead",
        ["group.id"] = "set Kafka:GroupId instead",
        ["enable.auto.commit"] = Offsets,
        ["enable.auto.offset.store"] = Offsets,
        ["auto.commit.interval.ms"] = Offsets,
        ["auto.commit.enable"] = Offsets,
        ["auto.offset.reset"] = "a missing offset must be seen, not skipped",
        ["enable.partition.eof"] = "the end of a partition must be seen",
        ["partition.assignment.strategy"] = Assignment,
        ["group.remote.assignor"] = Assignment,
        ["isolation.level"] = "aborted transactions must not be read",
        ["partitioner"] = "set Kafka:Partitioner instead",
        ["test.mock.num.brokers"] = "use `livestream demo` for an embedded Kafka",
    };

    /// <summary>Why a property may not have a value, or null when it may.</summary>
    public static string? Fault(string name, string value) => name switch
    {
        _ when Refused.TryGetValue(name, out var why) => why,
        Protocol when value is not (Classic or New) => $"it is {Classic} or {New}",
        _ => null,
    };

    /// <summary>Throws one sentence for the first property that would break recovery.</summary>
    /// <exception cref="KafkaSourceException">A property is refused.</exception>
    public static void Check(KafkaOptions options)
    {
        foreach (var (name, value) in options.Properties)
        {
            if (Fault(name, value) is { } why)
            {
                throw new KafkaSourceException($"The Kafka property {name} is refused: {why}.");
            }
        }
    }

    /// <summary>
    /// Whether the group moves only what changes its owner (the new group protocol) instead of taking everything away from everybody first
    /// (the classic one with the range assignor, the only one of its assignors that keeps partitions of a number together).
    /// </summary>
    public static bool IsCooperative(KafkaOptions options) => options.Properties.TryGetValue(Protocol, out var protocol) && protocol == New;

    /// <summary>After how long without a heartbeat a member is given up, ms. The brokers decide in the new protocol; then it is the default here, which is less.</summary>
    internal static int SessionTimeoutMs(KafkaOptions options) =>
        !IsCooperative(options) && options.Properties.TryGetValue("session.timeout.ms", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var timeoutMs) ? timeoutMs : DefaultSessionTimeoutMs;

    /// <summary>Of the consumer: range assignment, nothing committed or reset by itself, ends of partitions reported, deep fetch queues.</summary>
    internal static ConsumerConfig Consumer(KafkaOptions options)
    {
        var config = Reader(options);
        if (IsCooperative(options))
        {
            config.GroupProtocol = GroupProtocol.Consumer;
            config.GroupRemoteAssignor = "range";
        }
        else
        {
            config.GroupProtocol = GroupProtocol.Classic;
            config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range;
            config.SessionTimeoutMs = DefaultSessionTimeoutMs;
            config.HeartbeatIntervalMs = 300;
        }

        return Apply(options, config);
    }

    private static ConsumerConfig Reader(KafkaOptions options) => new()
    {
        BootstrapServers = options.BootstrapServers,
        GroupId = options.GroupId,
        ClientId = "livestream",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = true,
        IsolationLevel = IsolationLevel.ReadCommitted,
        QueuedMinMessages = 100_000,
        QueuedMaxMessagesKbytes = 65_536,
        FetchQueueBackoffMs = 5,
        FetchMinBytes = 1,
        FetchWaitMaxMs = 100,
        ConsumeResultFields = "timestamp,topic",
        LogConnectionClose = false,
    };

    /// <summary>Of the producer of dead letters: never gives a letter up by itself.</summary>
    internal static ProducerConfig Producer(KafkaOptions options) => Apply(options, new ProducerConfig
    {
        BootstrapServers = options.BootstrapServers,
        ClientId = "livestream-dead-letters",
        Acks = Acks.All,
        LingerMs = 20,
        MessageTimeoutMs = 0,
        TopicMetadataPropagationMaxMs = 5_000,
        LogConnectionClose = false,
    });

    /// <summary>Of the client that describes and creates topics.</summary>
    internal static AdminClientConfig Admin(KafkaOptions options) => Apply(options, new AdminClientConfig
    {
        BootstrapServers = options.BootstrapServers,
        ClientId = "livestream-admin",
        LogConnectionClose = false,
    });

    private static TConfig Apply<TConfig>(KafkaOptions options, TConfig config)
        where TConfig : ClientConfig
    {
        var ofConsumers = config is ConsumerConfig;
        foreach (var (name, value) in options.Properties)
        {
            if (ofConsumers || !ConsumerOnly(name))
            {
                config.Set(name, value);
            }
        }

        return config;
    }

    // A property of consumers alone would only be warned about by the other clients.
    private static bool ConsumerOnly(string name) =>
        name.StartsWith("fetch.", StringComparison.Ordinal) || name.StartsWith("queued.", StringComparison.Ordinal)
        || name.StartsWith("group.", StringComparison.Ordinal)
        || name is "session.timeout.ms" or "heartbeat.interval.ms" or "max.poll.interval.ms" or "max.partition.fetch.bytes" or "check.crcs";
}
