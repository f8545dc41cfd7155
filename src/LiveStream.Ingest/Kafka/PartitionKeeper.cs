using Confluent.Kafka;
using LiveStream.Metrics.Options;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Looks after the assigned partitions between two reads: which are idle, which run too far ahead and are paused, how far
/// they lag, and whether one is stuck. Owned by <see cref="ConsumerSession"/>, called on its thread.
/// </summary>
internal sealed class PartitionKeeper(
    IConsumer<byte[], byte[]> consumer, AssignedGroups groups, EndProbe probe, EngineOptions engine, BrokerComplaints complaints, ILogger log)
{
    private const int ProbeEveryMs = 1_000;
    private const int ProbeAtMostEveryMs = 20;
    private const int StuckAfterMs = 30_000;

    private readonly List<TopicPartition> _changed = [];
    private PartitionLag[] _lag = [];
    private int _version;

    /// <summary>Lag of the assigned partitions as of the last answer of the brokers; read from any thread.</summary>
    public IReadOnlyList<PartitionLag> Lag => Volatile.Read(ref _lag);

    /// <summary>One round, every few milliseconds; true when the consumer must be built anew.</summary>
    /// <param name="now">Time of the reading thread's clock.</param>
    /// <param name="wallMs">Wall clock, ms since the Unix epoch.</param>
    /// <param name="blocked">Whether everything is paused anyway.</param>
    public bool Keep(long now, long wallMs, bool blocked)
    {
        if (_version != groups.Version)
        {
            _version = groups.Version;
            probe.Forget();
        }

        TakeEnds();
        AskForEnds(now);
        foreach (var group in groups.All)
        {
            group.UpdateIdle(now);
            group.UpdateBehind(wallMs, now);
        }

        HoldBackLeaders(now, blocked);
        return !blocked && FindStuck(now);
    }

    /// <summary>The process stood still: no end is known any more.</summary>
    public void OnStandstill(long now)
    {
        probe.Forget();
        foreach (var group in groups.All)
        {
            foreach (var partition in group.Partitions)
            {
                partition.OnFreeze(now);
            }

            group.UpdateIdle(now);
        }
    }

    /// <summary>Pauses every assigned partition.</summary>
    public void PauseAll() => consumer.Pause(All().Select(partition => partition.Partition));

    /// <summary>Resumes every assigned partition but those that are too far ahead.</summary>
    public void ResumeAll(long now)
    {
        var resumed = All().Where(partition => !partition.IsAheadPaused).ToArray();
        foreach (var partition in resumed)
        {
            partition.OnResume(now);
        }

        consumer.Resume(resumed.Select(partition => partition.Partition));
    }

    private IEnumerable<AssignedPartition> All() => groups.All.SelectMany(group => group.Partitions);

    private void TakeEnds()
    {
        var ends = probe.Take();
        if (ends.Count == 0)
        {
            return;
        }

        complaints.Reached();
        foreach (var end in ends)
        {
            groups.Of(end.TopicPartition)?.OnEndKnown(end.Offset.Value, probe.AskedAtMs);
        }

        Volatile.Write(ref _lag, [.. All().Select(partition => new PartitionLag(
            partition.Partition.Topic, partition.Partition.Partition.Value, partition.Position, partition.End, partition.Lag))]);
    }

    private void AskForEnds(long now)
    {
        var sinceMs = now - probe.AskedAtMs;
        if (probe.IsAsking || groups.All.Count == 0 || sinceMs < ProbeAtMostEveryMs)
        {
            return;
        }

        if (sinceMs >= ProbeEveryMs || WantsConfirmation(now))
        {
            probe.Ask(All().Select(partition => partition.Partition), now);
        }
    }

    private bool WantsConfirmation(long now)
    {
        foreach (var group in groups.All)
        {
            foreach (var partition in group.Partitions)
            {
                if (partition.WantsConfirmation(now))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Pauses partitions that are too far ahead of their group, and resumes them when they are not any more.</summary>
    private void HoldBackLeaders(long now, bool blocked)
    {
        _changed.Clear();
        foreach (var group in groups.All)
        {
            foreach (var partition in group.Partitions)
            {
                var aheadMs = group.Intake.AheadMs(partition.Topic);
                if (!partition.IsAheadPaused && aheadMs > engine.MaxAheadMs)
                {
                    partition.IsAheadPaused = true;
                    consumer.Pause([partition.Partition]);
                }
                else if (partition.IsAheadPaused && aheadMs < engine.MaxAheadMs / 2)
                {
                    partition.IsAheadPaused = false;
                    partition.OnResume(now);
                    _changed.Add(partition.Partition);
                }
            }
        }

        if (_changed.Count > 0 && !blocked)
        {
            consumer.Resume(_changed);
        }
    }

    private bool FindStuck(long now)
    {
        foreach (var group in groups.All)
        {
            foreach (var partition in group.Partitions)
            {
                if (!partition.IsAheadPaused && partition.IsStuck(now, StuckAfterMs))
                {
                    log.LogError(
                        "{Partition} has {Lag} records to read and has not moved for {Seconds} s; the consumer is built anew.",
                        partition.Partition, partition.Lag, StuckAfterMs / 1000);
                    return true;
                }
            }
        }

        return false;
    }
}
