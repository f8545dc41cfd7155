using Confluent.Kafka;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// A partition group between its assignment and its first record: its partitions come, paused, while its state is looked for and taken in by
/// the lanes. Owned by <see cref="AssignedGroups"/>, on the reading thread.
/// </summary>
internal sealed class ArrivingGroup(int number, int topics, long now)
{
    private readonly TopicPartition?[] _partitions = new TopicPartition?[topics];
    private readonly CancellationTokenSource _gone = new();
    private Task<GroupBegin>? _finding;

    public int Number { get; } = number;

    /// <summary>When its first partition came.</summary>
    public long SinceMs { get; } = now;

    /// <summary>Partitions by topic; whole when <see cref="IsComplete"/>.</summary>
    public IEnumerable<TopicPartition> Partitions => _partitions.OfType<TopicPartition>();

    /// <summary>Whether the partitions of all topics have come.</summary>
    public bool IsComplete => Array.TrueForAll(_partitions, partition => partition is not null);

    /// <summary>What it goes on from, once found; thrown when it cannot be.</summary>
    public GroupBegin? Begin => _finding is { IsCompleted: true } found ? found.GetAwaiter().GetResult() : null;

    /// <summary>Whether somebody looks for what it goes on from.</summary>
    public bool IsSought => _finding is not null;

    /// <summary>The group as the lanes hold it from before the rebalance, or null.</summary>
    public PartitionGroup? Kept { get; set; }

    /// <summary>The group as it will be read, once the lanes are to hold it; null before.</summary>
    public PartitionGroup? Opened { get; set; }

    /// <summary>How many of the opened group's partitions stand where they begin.</summary>
    public int Placed { get; set; }

    /// <summary>One of its partitions was assigned.</summary>
    public void Add(int topic, TopicPartition partition) => _partitions[topic] = partition;

    /// <summary>Begins to look.</summary>
    public void Seek(Func<CancellationToken, Task<GroupBegin>> find)
    {
        Opened = null;
        Placed = 0;
        _finding = find(_gone.Token);
    }

    /// <summary>It was taken away again.</summary>
    public void Cancel() => _gone.Cancel();
}

/// <summary>What an arriving group begins with.</summary>
/// <param name="Image">State to restore, or null.</param>
/// <param name="Kept">The group itself, when the lanes hold it still; then there is nothing to restore.</param>
/// <param name="Logs">What the brokers have, by topic; empty for a kept group.</param>
/// <param name="Text">See <see cref="GroupOrigin"/>.</param>
internal sealed record GroupBegin(GroupImage? Image, PartitionGroup? Kept, IReadOnlyList<LogBounds> Logs, string Text);
