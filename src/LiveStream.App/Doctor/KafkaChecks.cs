using System.Globalization;
using Confluent.Kafka;
using LiveStream.App.Configuration;
using LiveStream.Ingest.Kafka;

namespace LiveStream.App.Doctor;

/// <summary>Asks the Kafka of the configuration.</summary>
internal static class KafkaChecks
{
    private const int SessionTimeoutMs = 6000;
    private const int HeartbeatMs = 1000;
    private const int RebalanceDelayMs = 3000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Reachable, topics, equal numbers of partitions, limits of the group protocol, and which partitioner the records fit.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(LiveStreamOptions options)
    {
        var kafka = StageOptions.Kafka(options);
        try
        {
            using var admin = new TopicAdmin(kafka);
            var names = kafka.Topics.Select(topic => topic.Name).ToList();
            var partitions = admin.Describe(names, Limit);
            var findings = new List<Finding> { Finding.Ok("Kafka", $"{kafka.BootstrapServers} answers"), Topics(names, partitions) };
            findings.AddRange(await SessionAsync(kafka, admin));
            if (findings.TrueForAll(finding => !finding.IsFault))
            {
                findings.Add(Partitioner(kafka, partitions));
            }

            return findings;
        }
        catch (KafkaException e)
        {
            return [Finding.Fault("Kafka", $"{kafka.BootstrapServers} does not answer ({e.Error.Reason})", "start it, or correct LiveStream:Kafka:BootstrapServers and Properties")];
        }
    }

    private static Finding Topics(List<string> names, IReadOnlyDictionary<string, int> partitions)
    {
        var missing = names.Where(name => !partitions.ContainsKey(name)).ToList();
        if (missing.Count > 0)
        {
            return Finding.Fault("topics", $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing", "create them with the same number of partitions as the others, or correct LiveStream:Kafka:Topics");
        }

        return partitions.Values.Distinct().Count() == 1
            ? Finding.Ok("topics", $"{names.Count} topics of {partitions[names[0]]} partitions")
            : Finding.Fault("topics", $"numbers of partitions differ: {string.Join(", ", partitions.Select(pair => $"{pair.Key} {pair.Value}"))}", "give all the same number, because a room's events must meet in one partition group");
    }

    /// <summary>How soon the brokers let a crash be noticed, and a group move.</summary>
    private static async Task<IReadOnlyList<Finding>> SessionAsync(KafkaOptions kafka, TopicAdmin admin)
    {
        try
        {
            return KafkaProperties.IsCooperative(kafka)
                ?
                [
                    await AtMostAsync(admin, "group.consumer.session.timeout.ms", SessionTimeoutMs, "a crash is noticed after {0} ms"),
                    await AtMostAsync(admin, "group.consumer.heartbeat.interval.ms", HeartbeatMs, "members hear of their partitions every {0} ms, so rooms stand still as long when they move"),
                ]
                :
                [
                    await AtMostAsync(admin, "group.min.session.timeout.ms", SessionTimeoutMs, "the brokers want sessions of at least {0} ms, so a crash is noticed no sooner"),
                    await AtMostAsync(admin, "group.initial.rebalance.delay.ms", RebalanceDelayMs, "the first member of an empty group waits {0} ms for others"),
                ];
        }
        catch (KafkaException e)
        {
            return [Finding.Ok("consumer group", $"the broker does not tell its limits ({e.Error.Reason})")];
        }
    }

    private static async Task<Finding> AtMostAsync(TopicAdmin admin, string name, int mostMs, string consequence)
    {
        var value = await admin.BrokerSettingAsync(name, Limit);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms > mostMs
            ? Finding.Fault("consumer group", string.Format(CultureInfo.InvariantCulture, consequence, ms), $"set {name} of the brokers to {mostMs} or less")
            : Finding.Ok("consumer group", $"{name} is {value ?? "not told"}");
    }

    private static Finding Partitioner(KafkaOptions kafka, IReadOnlyDictionary<string, int> partitions)
    {
        var evidence = RecordSample.Look(kafka, partitions, Limit);
        var configured = kafka.Partitioner.ToString().ToLowerInvariant();
        return evidence switch
        {
            { Fitting: null, FitsNone: false } => Finding.Ok("partitioner", $"{configured}; {evidence.Keys} keys seen, too few to tell whether it fits"),
            { FitsNone: true } when kafka.Partitioner != PartitionerKind.Unchecked => Finding.Fault("partitioner", "the records fit neither murmur2 nor crc32", "let producers key records by room with Kafka's default partitioner, or set LiveStream:Kafka:Partitioner to unchecked"),
            { Fitting: { } fitting } when fitting != kafka.Partitioner && kafka.Partitioner != PartitionerKind.Unchecked => Finding.Fault("partitioner", $"the records fit {fitting.ToString().ToLowerInvariant()}, not {configured}", $"set LiveStream:Kafka:Partitioner to {fitting.ToString().ToLowerInvariant()}"),
            _ => Finding.Ok("partitioner", $"{configured} fits the last records ({evidence.Keys} keys)"),
        };
    }
}
