using Confluent.Kafka;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Recovery;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// The partition groups of this instance. One that is assigned first finds its state and is read once the lanes hold it; one that is revoked is saved
/// and given up, but for the length of a rebalance of the classic protocol, which takes everything away to give most of it back; one that
/// is lost is dropped. Its methods are called on the reading thread, by the consumer's handlers too, and never throw: what went wrong is kept
/// in <see cref="Failure"/> for the loop.
/// </summary>
internal sealed class AssignedGroups(
    KafkaOptions options, int partitions, int idleMs, StreamEngine engine, GroupHooks hooks, GroupSearch search, GroupSaver saver, MonotonicClock clock, ILogger log)
{
    private const int IncompleteForMs = 15_000;
    private const int KeptForMs = 60_000;

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RevokeLimit = TimeSpan.FromMilliseconds(900);

    private readonly PartitionGroup?[] _byNumber = new PartitionGroup?[partitions];
    private readonly List<PartitionGroup> _all = [];
    private readonly Dictionary<int, ArrivingGroup> _arriving = [];
    private readonly Dictionary<int, (PartitionGroup Group, long SinceMs)> _kept = [];
    private readonly List<TopicPartition> _arrived = [];
    private readonly bool _isKeeping = !KafkaProperties.IsCooperative(options);
    private readonly Dictionary<string, int> _topicIndex = options.Topics.Select((topic, index) => (topic.Name, index))
        .ToDictionary(topic => topic.Name, topic => topic.index, StringComparer.Ordinal);

    /// <summary>The groups that are read, in the order in which they came.</summary>
    public IReadOnlyList<PartitionGroup> All => _all;

    /// <summary>Groups that are assigned and not read yet.</summary>
    public int Arriving => _arriving.Count;

    /// <summary>Those of them whose state the lanes are taking in.</summary>
    public int Restoring => _arriving.Values.Count(group => group.Opened is { Intake.Restored.IsCompleted: false });

    /// <summary>Whether Kafka has ever said which groups are this instance's.</summary>
    public bool IsAssigned { get; private set; }

    /// <summary>Why the process cannot go on, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Raised by every change; what was asked about the partitions before is of no use then.</summary>
    public int Version { get; private set; }

    /// <summary>Times that Kafka gave groups to this instance or took them.</summary>
    public long Rebalances { get; private set; }

    /// <summary>Index of a topic in the configuration.</summary>
    public int TopicOf(string name) => _topicIndex[name];

    /// <summary>The group of this number, or null when it is not (any more, or not yet) read.</summary>
    public PartitionGroup? Of(int number) => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;

    /// <summary>The progress of a partition, or null when it is not read.</summary>
    public AssignedPartition? Of(TopicPartition partition) => Of(partition.Partition.Value)?.Partitions[TopicOf(partition.Topic)];

    /// <summary>Partitions were assigned. Records that come before <see cref="Service"/> has placed them are nobody's.</summary>
    public void Assign(IReadOnlyCollection<TopicPartition> assigned) => Guarded(() =>
    {
        IsAssigned = true;
        Rebalances++;
        var now = clock.NowMs;
        var numbers = assigned.Select(partition => partition.Partition.Value).ToHashSet();
        CloseKept(number => !numbers.Contains(number));
        if (numbers.Any(number => number >= _byNumber.Length))
        {
            throw new KafkaSourceException(
                $"Kafka assigned partition {numbers.Max()}, and the topics had {_byNumber.Length} partitions: rooms have moved between partitions; create the topics anew with the number you want and start again.");
        }

        foreach (var partition in assigned)
        {
            var number = partition.Partition.Value;
            if (!_arriving.TryGetValue(number, out var group))
            {
                _arriving[number] = group = new ArrivingGroup(number, _topicIndex.Count, now);
            }

            group.Add(TopicOf(partition.Topic), partition);
            _arrived.Add(partition);
        }

        foreach (var group in _arriving.Values.Where(group => group.IsComplete && !group.IsSought))
        {
            if (_kept.Remove(group.Number, out var kept))
            {
                group.Kept = kept.Group;
            }

            group.Seek(gone => search.FindAsync(group.Number, [.. group.Partitions], group.Kept, gone));
        }

        log.LogInformation("Kafka assigned partition groups {Groups}.", numbers.Count == 0 ? "none" : string.Join(", ", numbers.Order()));
    });

    /// <summary>Partitions that were assigned since the last call: they are to be paused until their group is read.</summary>
    public IReadOnlyList<TopicPartition> TakeArrived()
    {
        if (_arrived.Count == 0)
        {
            return [];
        }

        var arrived = _arrived.Where(partition => _arriving.ContainsKey(partition.Partition.Value)).ToArray();
        _arrived.Clear();
        return arrived;
    }

    /// <summary>
    /// Goes on with groups that are on their way; to be called every few milliseconds. Returns those that are read from now on.
    /// </summary>
    /// <param name="now">Time of the reading thread's clock.</param>
    /// <param name="place">Sets where a partition is read from; false when the client is not ready for that.</param>
    public IReadOnlyList<PartitionGroup> Service(long now, Func<TopicPartitionOffset, bool> place)
    {
        if (_arriving.Count == 0 && _kept.Count == 0)
        {
            return [];
        }

        var opened = new List<PartitionGroup>();
        Guarded(() =>
        {
            CloseKept(number => now - _kept[number].SinceMs > KeptForMs);
            foreach (var group in _arriving.Values.ToArray())
            {
                if (IsReadable(group, now, place))
                {
                    _arriving.Remove(group.Number);
                    _byNumber[group.Number] = group.Opened;
                    _all.Add(group.Opened!);
                    opened.Add(group.Opened!);
                    Version++;
                }
            }
        });
        return opened;
    }

    /// <summary>Partitions are taken away in order: saves what was read, within a second, and gives the groups up.</summary>
    public void Revoke(IEnumerable<int> numbers) => Guarded(() =>
    {
        var revoked = numbers.Distinct().ToArray();
        Rebalances += revoked.Length > 0 ? 1 : 0;
        Discard(revoked);
        var leaving = revoked.Select(Of).OfType<PartitionGroup>().ToArray();
        saver.SaveAll(leaving, RevokeLimit);
        foreach (var group in leaving)
        {
            Forget(group);
            if (_isKeeping && group is { Held: 0, IsMidRecord: false })
            {
                _kept[group.Number] = (group, clock.NowMs);
            }
            else
            {
                Close(group);
            }
        }

        if (leaving.Length > 0)
        {
            log.LogInformation("Kafka revoked partition groups {Groups}.", string.Join(", ", leaving.Select(group => group.Number).Order()));
        }
    });

    /// <summary>Partitions are somebody else's already: drops everything, publishes nothing.</summary>
    public void Lose(IEnumerable<int> numbers) => Guarded(() =>
    {
        Rebalances++;
        var lost = numbers.Concat(_kept.Keys).Distinct().ToArray();
        foreach (var number in lost)
        {
            hooks.GivenUp?.Invoke(number);
        }

        Discard(lost);
        CloseKept(_ => true);
        foreach (var group in lost.Select(Of).OfType<PartitionGroup>().ToArray())
        {
            Forget(group);
            Close(group);
        }

        log.LogWarning("Kafka has given partition groups {Groups} to others: their rooms are dropped.", string.Join(", ", lost.Order()));
    });

    /// <summary>
    /// Kafka does not have any more what is to be read next: the group's state does not fit its log and is dropped. When it is assigned again, the
    /// search finds that its checkpoint does not either.
    /// </summary>
    public void Drop(int number) => Guarded(() =>
    {
        if (Of(number) is { } group)
        {
            Forget(group);
            Close(group);
        }
    });

    private bool IsReadable(ArrivingGroup group, long now, Func<TopicPartitionOffset, bool> place)
    {
        if (!group.IsComplete)
        {
            return now - group.SinceMs <= IncompleteForMs ? false : throw new KafkaSourceException(
                $"Kafka assigned partition {group.Number} of {group.Partitions.Count()} of {_topicIndex.Count} topics: every member of group {options.GroupId} must read the same topics.");
        }

        if (group.Begin is not { } begin)
        {
            return false;
        }

        if (group.Kept is { } kept && begin.Kept is null)
        {
            // Another instance had it in between: what the lanes hold is older than what was found.
            group.Kept = null;
            Empty(kept);
        }

        group.Opened ??= begin.Kept ?? Open(group, begin);
        if (!IsRestored(group, begin))
        {
            return false;
        }

        var opened = group.Opened!;
        while (group.Placed < opened.Partitions.Length)
        {
            var partition = opened.Partitions[group.Placed];
            if (!place(new TopicPartitionOffset(partition.Partition, partition.Position)))
            {
                return false;
            }

            group.Placed++;
        }

        if (begin.Kept is not null)
        {
            opened.OnReturn(now);
        }

        return true;
    }

    private PartitionGroup Open(ArrivingGroup group, GroupBegin begin)
    {
        // An image from before the first settled second does not know yet whether its sessions are whole.
        var isCut = begin.Logs.Any(log => log.First > 0);
        long[]? lostUpToMs = isCut && begin.Image is null or { SettledMs: long.MinValue }
            ? [.. begin.Logs.Select(log => log.First > 0 ? clock.WallMs : long.MinValue)] : null;
        var intake = engine.OpenGroup(group.Number, _topicIndex.Count, begin.Image, lostUpToMs);
        var behind = 0L;
        var progress = new List<AssignedPartition>();
        foreach (var partition in group.Partitions)
        {
            var topic = TopicOf(partition.Topic);
            var next = begin.Image?.Partitions[topic].NextOffset ?? begin.Logs[topic].First;
            intake.SetPosition(topic, next);
            behind += begin.Logs[topic].End - next;
            progress.Add(new AssignedPartition(partition, topic, idleMs, clock.NowMs, next, QuietForMs(begin.Image?.Partitions[topic])));
        }

        if (begin.Image is null)
        {
            log.Log(
                behind > 0 ? LogLevel.Warning : LogLevel.Information,
                "Partition group {Group} begins anew at the earliest records, since {Why}; {Behind} records behind.{Cut}",
                group.Number, begin.Text, behind, isCut ? " Kafka has deleted older ones: sessions that began then stay unsettled to their end." : "");
        }
        else
        {
            log.LogInformation("Partition group {Group} goes on from {Origin}; {Behind} records behind.", group.Number, begin.Text, behind);
        }

        return new PartitionGroup(group.Number, intake, [.. progress]) { ImageDueMs = saver.FirstDueMs(group.Number, clock.NowMs) };
    }

    private long QuietForMs(PartitionPosition? restored) =>
        restored is { LargestMs: > long.MinValue and var largestMs } ? Math.Max(0, clock.WallMs - largestMs) : long.MaxValue;

    private bool IsRestored(ArrivingGroup group, GroupBegin begin)
    {
        var restored = group.Opened!.Intake.Restored;
        if (!restored.IsCompleted)
        {
            group.Opened.Intake.TryFlush();
            return false;
        }

        if (restored.IsFaulted && !engine.Faulted.IsCompleted)
        {
            log.LogError(
                "The lanes could not take in what partition group {Group} goes on from ({Reason}): it is built anew from the log.",
                group.Number, restored.Exception.InnerException!.Message);
            Empty(group.Opened);
            group.Seek(gone => search.FindLogAsync([.. group.Partitions], $"{begin.Text} could not be taken in", gone));
            return false;
        }

        restored.GetAwaiter().GetResult();
        return true;
    }

    private void Discard(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            if (!_arriving.Remove(number, out var group))
            {
                continue;
            }

            group.Cancel();
            hooks.GivenUp?.Invoke(number);
            if ((group.Opened ?? group.Kept) is { } opened)
            {
                Empty(opened);
            }
        }
    }

    private void CloseKept(Func<int, bool> which)
    {
        foreach (var number in _kept.Keys.Where(which).ToArray())
        {
            _kept.Remove(number, out var kept);
            Close(kept.Group);
        }
    }

    private void Forget(PartitionGroup group)
    {
        Version++;
        _byNumber[group.Number] = null;
        _all.Remove(group);
    }

    private void Close(PartitionGroup group)
    {
        hooks.GivenUp?.Invoke(group.Number);
        Empty(group);
    }

    /// <summary>Takes the group out of the lanes.</summary>
    private void Empty(PartitionGroup group)
    {
        using var limit = new CancellationTokenSource(CloseLimit);
        group.Intake.Flush(limit.Token);
        engine.CloseGroupAsync(group.Number).WaitAsync(CloseLimit).GetAwaiter().GetResult();
        hooks.Closed?.Invoke(group.Number);
    }

    private void Guarded(Action change)
    {
        try
        {
            change();
        }
        catch (Exception error)
        {
            Failure ??= error;
        }
    }
}
