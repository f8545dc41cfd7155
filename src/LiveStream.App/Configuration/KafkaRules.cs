using LiveStream.Metrics.Events;

namespace LiveStream.App.Configuration;

/// <summary>What section <c>Kafka</c> must satisfy beyond the limits of its single values.</summary>
internal static class KafkaRules
{
    private const string Path = "LiveStream:Kafka";

    /// <summary>librdkafka properties that recovery and exactness depend on: they are ours.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "set Kafka:BootstrapServers instead",
        ["metadata.broker.list"] = "set Kafka:BootstrapServers instead",
        ["group.id"] = "set Kafka:GroupId instead",
        ["enable.auto.commit"] = "offsets are committed only after what they cover is durable",
        ["enable.auto.offset.store"] = "offsets are committed only after what they cover is durable",
        ["auto.commit.interval.ms"] = "offsets are committed only after what they cover is durable",
        ["auto.commit.enable"] = "offsets are committed only after what they cover is durable",
        ["auto.offset.reset"] = "a missing offset must be seen, not skipped",
        ["enable.partition.eof"] = "the end of a partition must be seen",
        ["partition.assignment.strategy"] = "partitions of all topics must be assigned together",
        ["group.remote.assignor"] = "partitions of all topics must be assigned together",
        ["isolation.level"] = "aborted transactions must not be read",
        ["partitioner"] = "set Kafka:Partitioner instead",
        ["test.mock.num.brokers"] = "use `livestream demo` for an embedded Kafka",
    };

    /// <summary>The topics and their types; without any configured, those of the event contract.</summary>
    public static IReadOnlyList<TopicSetting> Topics(KafkaSettings settings, List<string> mistakes)
    {
        if (settings.Topics.Count == 0)
        {
            return TopicSetting.Defaults;
        }

        var topics = new List<TopicSetting>();
        foreach (var (topic, list) in settings.Topics)
        {
            var types = new List<EventType>();
            foreach (var item in EngineMapping.Items(list))
            {
                if (!EventTypes.TryParse(item, out var type))
                {
                    mistakes.Add($"{Path}:Topics:{topic} has '{item}', which is not an event type such as click or payment.");
                }
                else if (!types.Contains(type))
                {
                    types.Add(type);
                }
            }

            topics.Add(new TopicSetting(topic, types));
        }

        return topics;
    }

    /// <summary>Notes contradictions.</summary>
    public static void Check(KafkaSettings settings, IReadOnlyList<TopicSetting> topics, List<string> mistakes)
    {
        foreach (var topic in topics.Select(topic => topic.Topic).Append(settings.DeadLetterTopic).Where(name => !IsTopicName(name)))
        {
            mistakes.Add($"'{topic}' is not a Kafka topic name; use 1 to 249 letters, digits, '.', '_' and '-'.");
        }

        if (topics.Any(topic => topic.Topic == settings.DeadLetterTopic))
        {
            mistakes.Add($"{Path}:DeadLetterTopic is {settings.DeadLetterTopic}, which is also read; name another topic, or none.");
        }

        foreach (var name in settings.Properties.Keys)
        {
            if (Refused.TryGetValue(name, out var reason))
            {
                mistakes.Add($"{Path}:Properties:{name} is refused: {reason}.");
            }
        }
    }

    private static bool IsTopicName(string name) =>
        name.Length <= 249 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
