using Confluent.Kafka;
using LiveStream.Pipeline.Recovery;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Takes an image of every group on its turn, has it made durable, and commits to Kafka what is, so that committed &lt;= durable &lt;= applied
/// &lt;= read. On the reading thread there is only the barrier; an image counts as durable once the dead letters before it are, too. At most
/// <see cref="MostAtOnce"/> images are on their way, one of a group. Owned by the reading thread.
/// </summary>
internal sealed class GroupSaver(GroupHooks hooks, DeadLetters? deadLetters, MonotonicClock clock, ILogger log)
{
    /// <summary>Images that are held in memory for saving.</summary>
    public const int MostAtOnce = 2;

    private static readonly TimeSpan CommitLimit = TimeSpan.FromMilliseconds(500);

    private readonly Throttle _throttle = new(clock);
    private readonly Dictionary<TopicPartition, Offset> _durable = [];
    private Task _committing = Task.CompletedTask;

    /// <summary>Commits offsets of the consumer that is there; set by its session. Never faults.</summary>
    public Func<IReadOnlyList<TopicPartitionOffset>, Task>? Commit { get; set; }

    /// <summary>Whether images are kept at all.</summary>
    public bool Saves => hooks.Save is not null;

    /// <summary>When a group that is opened now has its first turn: the turns of an instance's groups are spread over the distance of two.</summary>
    public long FirstDueMs(int number, long now) => now + (hooks.SaveEveryMs / 2) + (number * 7919L % Math.Max(1, hooks.SaveEveryMs / 2));

    /// <summary>One round: takes what has been saved, commits it, and begins with groups that are due.</summary>
    public void Service(IReadOnlyList<PartitionGroup> groups, long now)
    {
        if (!Saves)
        {
            return;
        }

        var running = 0;
        foreach (var group in groups)
        {
            TakeSaved(group);
            running += group.Saving is null ? 0 : 1;
            if (group.Saving is not null && now - group.ImageDueMs > hooks.SaveEveryMs && _throttle.Allows("slow"))
            {
                log.LogWarning("A checkpoint of partition group {Group} has been on its way for more than {Seconds} s.", group.Number, hooks.SaveEveryMs / 1000);
            }
        }

        CommitDurable();
        while (running < MostAtOnce && LongestDue(groups, now) is { } due)
        {
            running++;
            due.ImageDueMs = now + hooks.SaveEveryMs;
            due.Saving = SaveAsync(due);
        }
    }

    /// <summary>The group that has waited longest for its turn, so that a slow store serves all alike; null when none is due.</summary>
    private static PartitionGroup? LongestDue(IReadOnlyList<PartitionGroup> groups, long now)
    {
        PartitionGroup? longest = null;
        foreach (var group in groups)
        {
            if (now >= group.ImageDueMs && group is { Saving: null, IsMidRecord: false } && (longest is null || group.ImageDueMs < longest.ImageDueMs))
            {
                longest = group;
            }
        }

        return longest;
    }

    /// <summary>Whether a group has a later owner, as far as the store of images knows: then the consumer must be built anew.</summary>
    public bool AnyIsOvertaken(IReadOnlyList<PartitionGroup> groups)
    {
        if (hooks.IsOvertaken is not { } isOvertaken)
        {
            return false;
        }

        foreach (var group in groups)
        {
            if (isOvertaken(group.Number))
            {
                log.LogError("Partition group {Group} has a newer owner, as its checkpoints say; the consumer is built anew, so that Kafka decides.", group.Number);
                return true;
            }
        }

        return false;
    }

    /// <summary>Saves groups that are about to be given up, flushing their intakes, and commits; what is not durable within the limit is not waited for.</summary>
    public void SaveAll(IReadOnlyList<PartitionGroup> groups, TimeSpan limit)
    {
        var until = clock.NowMs + (long)limit.TotalMilliseconds;
        using var deadline = clock.Limit(limit);
        try
        {
            var saving = new List<Task>();
            foreach (var group in groups.Where(group => Saves && !group.IsMidRecord))
            {
                saving.Add(group.Saving = SaveAsync(group));
            }

            foreach (var group in groups)
            {
                group.Intake.Flush(deadline.Token);
            }

            Task.WhenAll(saving).Wait(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            log.LogWarning("Partition groups are given up without a checkpoint of their last events, since that took more than {Limit} ms; they are read again.", limit.TotalMilliseconds);
        }

        foreach (var group in groups)
        {
            TakeSaved(group);
        }

        _committing.Wait(CommitLimit);
        CommitDurable();
        _committing.Wait(TimeSpan.FromMilliseconds(Math.Clamp(until - clock.NowMs, 50, CommitLimit.TotalMilliseconds)));

        // Whoever reads these partitions next commits for them.
        _durable.Clear();
    }

    /// <summary>Commits again what is durable, which only a member of the group can, unless a commit is on its way.</summary>
    public void Prove(IReadOnlyList<PartitionGroup> groups)
    {
        if (!Saves || !_committing.IsCompleted)
        {
            return;
        }

        // A group that has no image yet goes on from where it began, whoever reads it.
        foreach (var group in groups)
        {
            foreach (var partition in group.Partitions)
            {
                _durable.TryAdd(partition.Partition, partition.Durable);
            }
        }

        CommitDurable();
    }

    private void TakeSaved(PartitionGroup group)
    {
        if (group.Saving is not { IsCompleted: true } saved)
        {
            return;
        }

        group.Saving = null;
        if (saved.GetAwaiter().GetResult() is not { } image)
        {
            return;
        }

        foreach (var partition in group.Partitions)
        {
            _durable[partition.Partition] = image.Partitions[partition.Topic].NextOffset;
            partition.Durable = image.Partitions[partition.Topic].NextOffset;
        }
    }

    private void CommitDurable()
    {
        if (_durable.Count > 0 && _committing.IsCompleted && Commit is not null)
        {
            TopicPartitionOffset[] offsets = [.. _durable.Select(at => new TopicPartitionOffset(at.Key, at.Value))];
            _durable.Clear();
            _committing = Commit(offsets);
        }
    }

    /// <summary>Called on the reading thread: the barrier and the mark among the dead letters are set before the first wait.</summary>
    private async Task<GroupImage?> SaveAsync(PartitionGroup group)
    {
        var letters = deadLetters?.WrittenSoFarAsync() ?? Task.CompletedTask;
        try
        {
            var image = await group.Intake.TakeImageAsync().ConfigureAwait(false);
            await letters.ConfigureAwait(false);
            return await hooks.Save!(group.Number, image).ConfigureAwait(false) ? image : null;
        }
        catch (OperationCanceledException)
        {
            // The group was taken out of the lanes before they had written it down.
            return null;
        }
    }
}
