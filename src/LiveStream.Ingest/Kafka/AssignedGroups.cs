using Confluent.Kafka;
using LiveStream.Pipeline;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// The partition groups of this instance: opened when their partitions are assigned, closed when they are taken away.
/// Its methods are called by the consumer's handlers on the reading thread and never throw: what went wrong is kept in
/// <see cref="Failure"/> for the loop.
/// </summary>
internal sealed class AssignedGroups(KafkaOptions options, int partitions, int idleMs, StreamEngine engine, GroupHooks hooks, MonotonicClock clock, ILogger log)
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private readonly PartitionGroup?[] _byNumber = new PartitionGroup?[partitions];
    private readonly List<PartitionGroup> _all = [];
    private readonly Dictionary<string, int> _topicIndex = options.Topics.Select((topic, index) => (topic.Name, index))
        .ToDictionary(topic => topic.Name, topic => topic.index, StringComparer.Ordinal);

    /// <summary>The groups, in the order in which they came.</summary>
    public IReadOnlyList<PartitionGroup> All => _all;

    /// <summary>Why the process cannot go on, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Raised by every change; what was asked about the partitions before is of no use then.</summary>
    public int Version { get; private set; }

    /// <summary>Index of a topic in the configuration.</summary>
    public int TopicOf(string name) => _topicIndex[name];

    /// <summary>The group of this number, or null when it is not (any more) ours.</summary>
    public PartitionGroup? Of(int number) => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;

    /// <summary>The progress of a partition, or null when it is not ours.</summary>
    public AssignedPartition? Of(TopicPartition partition) => Of(partition.Partition.Value)?.Partitions[TopicOf(partition.Topic)];

    /// <summary>Opens the groups of the partitions; returns where to begin.</summary>
    public IEnumerable<TopicPartitionOffset> Open(IReadOnlyCollection<TopicPartition> assigned)
    {
        try
        {
            Version++;
            var numbers = assigned.GroupBy(partition => partition.Partition.Value).OrderBy(group => group.Key).ToArray();
            if (numbers.FirstOrDefault(group => group.Count() != _topicIndex.Count || group.Key >= _byNumber.Length) is { } odd)
            {
                throw new KafkaSourceException(
                    $"Kafka assigned partition {odd.Key} of {odd.Count()} of {_topicIndex.Count} topics: every member of group {options.GroupId} must read the same topics, and these must keep their number of partitions ({_byNumber.Length}).");
            }

            foreach (var group in numbers)
            {
                hooks.Opening?.Invoke(group.Key);
                var progress = group.Select(partition => new AssignedPartition(partition, TopicOf(partition.Topic), idleMs, clock.NowMs));
                var opened = new PartitionGroup(
                    group.Key, engine.OpenGroup(group.Key, _topicIndex.Count), [.. progress.OrderBy(partition => partition.Topic)]);
                _byNumber[group.Key] = opened;
                _all.Add(opened);
            }

            if (numbers.Length > 0)
            {
                log.LogInformation(
                    "Partition groups {Groups} assigned; there are no checkpoints, so their rooms are rebuilt from the beginning of the log.",
                    string.Join(", ", numbers.Select(group => group.Key)));
            }
        }
        catch (Exception error)
        {
            Failure ??= error;
        }

        return assigned.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning));
    }

    /// <summary>Hands what was read to the lanes, as far as it gets, and drops the groups' rooms.</summary>
    public void Close(IEnumerable<int> numbers)
    {
        try
        {
            Version++;
            foreach (var number in numbers.Distinct())
            {
                if (Of(number) is not { } group)
                {
                    continue;
                }

                _byNumber[number] = null;
                _all.Remove(group);
                using var limit = new CancellationTokenSource(CloseLimit);
                group.Intake.Flush(limit.Token);
                engine.CloseGroupAsync(number).WaitAsync(CloseLimit).GetAwaiter().GetResult();
                hooks.Closed?.Invoke(number);
                log.LogInformation("Partition group {Group} given up.", number);
            }
        }
        catch (Exception error)
        {
            Failure ??= error;
        }
    }
}
