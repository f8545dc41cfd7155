using Confluent.Kafka;
using LiveStream.App.Commands;
using LiveStream.App.Configuration;
using LiveStream.App.Recovery;
using LiveStream.Ingest.Kafka;

namespace LiveStream.App.Doctor;

/// <summary>Looks at the checkpoint store: whether it can be used, and for every partition group how old its newest checkpoint is and how far it lags.</summary>
internal static class CheckpointChecks
{
    private const int MaxGroups = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>One line for the store, one for each group.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="kafkaAnswers">Whether the brokers may be asked for the ends of the logs.</param>
    /// <param name="time">Clock of ages.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(LiveStreamOptions options, bool kafkaAnswers, TimeProvider time)
    {
        try
        {
            await using var store = await CheckpointStores.OpenAsync(options, time);
            if (store is null)
            {
                return [Finding.Ok("checkpoints", "none: after a restart rooms are rebuilt from the log")];
            }

            var findings = new List<Finding> { Finding.Ok("checkpoints", $"kept in {store.Description}") };
            if (kafkaAnswers)
            {
                findings.AddRange(await GroupsAsync(options, store, time));
            }

            return findings;
        }
        catch (KafkaException e)
        {
            return [Finding.Fault("checkpoints", $"the brokers do not say what they have ({e.Error.Reason})", "look at them again later")];
        }
        catch (Exception e) when (e is UsageException or FailureException or IOException)
        {
            return [new Finding("checkpoints", e.Message, IsFault: true)];
        }
    }

    private static async Task<IReadOnlyList<Finding>> GroupsAsync(LiveStreamOptions options, ICheckpointStore store, TimeProvider time)
    {
        using var admin = new TopicAdmin(StageOptions.Kafka(options));
        var topics = options.Topics.Select(topic => topic.Name).ToList();
        var counts = admin.Describe(topics, Limit);
        var groups = counts.Count == topics.Count ? counts.Values.Min() : 0;
        var findings = new List<Finding>();
        for (var group = 0; group < Math.Min(groups, MaxGroups); group++)
        {
            var logs = await admin.BoundsAsync([.. topics.Select(topic => new TopicPartition(topic, group))], Limit);
            findings.Add(await GroupAsync(store, group, topics, logs, time));
        }

        if (groups > MaxGroups)
        {
            findings.Add(Finding.Ok("checkpoints", $"{groups - MaxGroups} more groups are not looked at"));
        }

        return findings;
    }

    private static async Task<Finding> GroupAsync(ICheckpointStore store, int group, List<string> topics, IReadOnlyList<LogBounds> logs, TimeProvider time)
    {
        var subject = $"group {group}";
        if (await store.ListAsync(group) is not [var newest, ..])
        {
            return Finding.Ok(subject, $"no checkpoint; {logs.Sum(log => log.End - log.First)} records are to be read");
        }

        try
        {
            var checkpoint = CheckpointFormat.Read(newest, await store.ReadAsync(newest));
            var next = checkpoint.Topics.Zip(checkpoint.Image.Partitions).ToDictionary(at => at.First, at => at.Second.NextOffset, StringComparer.Ordinal);
            var age = time.GetUtcNow() - checkpoint.TakenAt;
            var gone = topics.Where((topic, index) => !logs[index].Has(next.GetValueOrDefault(topic, -1))).ToList();
            var lag = topics.Select((topic, index) => logs[index].End - next.GetValueOrDefault(topic)).Sum();
            return gone.Count == 0
                ? Finding.Ok(subject, $"checkpoint of {age.TotalSeconds:F0} s ago ({checkpoint.Image.Bytes / 1e6:F1} MB), {lag} records behind")
                : Finding.Fault(
                    subject, $"checkpoint of {age.TotalSeconds:F0} s ago goes on at records of {string.Join(", ", gone)} that Kafka does not have",
                    "keep records longer than instances are away (retention.ms); its rooms are rebuilt from what there is");
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            return Finding.Fault(subject, $"checkpoint {newest} cannot be used: {e.Message}", "nothing is to be done: the one before it is used, or the log");
        }
    }
}
