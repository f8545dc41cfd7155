using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Configuration;

/// <summary>What section <c>Kafka</c> must satisfy beyond the limits of its single values.</summary>
internal static class KafkaRules
{
    private const string Path = "LiveStream:Kafka";

    /// <summary>The topics and their types; without any configured, those of the event contract.</summary>
    public static IReadOnlyList<KafkaTopic> Topics(KafkaSettings settings, List<string> mistakes)
    {
        if (settings.Topics.Count == 0)
        {
            return KafkaTopic.Defaults;
        }

        var topics = new List<KafkaTopic>();
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

            topics.Add(new KafkaTopic(topic, types));
        }

        return topics;
    }

    /// <summary>Notes contradictions.</summary>
    public static void Check(KafkaSettings settings, IReadOnlyList<KafkaTopic> topics, List<string> mistakes)
    {
        foreach (var topic in topics.Select(topic => topic.Name).Append(settings.DeadLetterTopic).Where(name => !IsTopicName(name)))
        {
            mistakes.Add($"'{topic}' is not a Kafka topic name; use 1 to 249 letters, digits, '.', '_' and '-'.");
        }

        if (topics.Any(topic => topic.Name == settings.DeadLetterTopic))
        {
            mistakes.Add($"{Path}:DeadLetterTopic is {settings.DeadLetterTopic}, which is also read; name another topic, or none.");
        }

        foreach (var (name, value) in settings.Properties)
        {
            if (KafkaProperties.Fault(name, value) is { } reason)
            {
                mistakes.Add($"{Path}:Properties:{name} is refused: {reason}.");
            }
        }
    }

    private static bool IsTopicName(string name) =>
        name.Length <= 249 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
