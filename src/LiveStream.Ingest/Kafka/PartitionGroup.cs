using LiveStream.Pipeline.Intake;

namespace LiveStream.Ingest.Kafka;

/// <summary>Partition p of every topic: their progress and the door their events go through. Owned by the reading thread.</summary>
internal sealed class PartitionGroup(int number, GroupIntake intake, AssignedPartition[] partitions)
{
    private const int SettleAllAfterMs = 30_000;

    private readonly bool[] _idle = new bool[partitions.Length];
    private long _allIdleSinceMs = -1;
    private bool _settledAll;

    public int Number { get; } = number;

    public GroupIntake Intake { get; } = intake;

    /// <summary>By topic.</summary>
    public AssignedPartition[] Partitions { get; } = partitions;

    /// <summary>A record of the topic came: it is not idle, whatever becomes of its events.</summary>
    public void OnRecord(int topic, long offset, long now)
    {
        Partitions[topic].OnRecord(offset, now);
        SetIdle(topic, false);
    }

    /// <summary>Tells the intake which partitions are idle, and settles all when all have been for 30 s.</summary>
    public void UpdateIdle(long now)
    {
        var all = true;
        foreach (var partition in Partitions)
        {
            var idle = partition.IsIdle(now);
            SetIdle(partition.Topic, idle);
            all &= idle;
        }

        if (!all)
        {
            _allIdleSinceMs = -1;
            _settledAll = false;
        }
        else if (_allIdleSinceMs < 0)
        {
            _allIdleSinceMs = now;
        }
        else if (!_settledAll && now - _allIdleSinceMs >= SettleAllAfterMs)
        {
            _settledAll = true;
            Intake.SettleAll();
        }
    }

    private void SetIdle(int topic, bool idle)
    {
        if (_idle[topic] != idle)
        {
            _idle[topic] = idle;
            Intake.SetIdle(topic, idle);
        }
    }
}
