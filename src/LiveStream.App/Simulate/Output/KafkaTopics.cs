using Confluent.Kafka;
using Confluent.Kafka.Admin;
using LiveStream.App.Commands;

namespace LiveStream.App.Simulate;

/// <summary>Finds the topics of a run, and creates those that are missing, all with the same number of partitions.</summary>
internal static class KafkaTopics
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <returns>Partitions of each topic, in the order given.</returns>
    /// <exception cref="FailureException">No broker answers, or a topic cannot be created.</exception>
    public static async Task<int[]> EnsureAsync(Handle client, IReadOnlyList<string> topics, KafkaSinkOptions kafka)
    {
        using var admin = new DependentAdminClientBuilder(client).Build();
        var counts = new int[topics.Count];
        try
        {
            var existing = admin.GetMetadata(Limit).Topics.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] = existing.GetValueOrDefault(topics[i]);
            }

            var partitions = counts.Max() > 0 ? counts.Max() : kafka.PartitionsOfNewTopics;
            var missing = topics.Where((_, i) => counts[i] == 0).ToList();
            if (missing.Count > 0 && !kafka.BrokerCreatesTopics)
            {
                await CreateAsync(admin, missing, partitions);
            }

            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] = counts[i] > 0 ? counts[i] : PartitionsOf(admin, topics[i], partitions);
            }

            return counts;
        }
        catch (KafkaException e)
        {
            throw new FailureException($"Kafka at {kafka.BootstrapServers} cannot be used: {e.Error.Reason}; check Kafka:BootstrapServers and that the broker runs.", e);
        }
    }

    private static async Task CreateAsync(IAdminClient admin, List<string> missing, int partitions)
    {
        try
        {
            await admin.CreateTopicsAsync(
                missing.Select(name => new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = -1 }),
                new CreateTopicsOptions { RequestTimeout = Limit, OperationTimeout = Limit });
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(result => !result.Error.IsError || result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another process created one of them in the meantime: that is what was wanted.
            return;
        }
    }

    private static int PartitionsOf(IAdminClient admin, string topic, int expected)
    {
        var from = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(from) < Limit)
        {
            var found = admin.GetMetadata(topic, Limit).Topics.Find(t => t.Topic == topic);
            if (found is { Error.IsError: false, Partitions.Count: > 0 })
            {
                return found.Partitions.Count;
            }
        }

        throw new FailureException($"Topic {topic} with {expected} partitions does not appear; look at the broker's log.");
    }
}
