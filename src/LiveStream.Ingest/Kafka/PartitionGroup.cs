using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Kafka;

/// <summary>Partition p of every topic: their progress and the door their events go through. Owned by the reading thread.</summary>
internal sealed class PartitionGroup(int number, GroupIntake intake, AssignedPartition[] partitions)
{
    private const int SettleAllAfterMs = 30_000;

    // Age of the newest events from which on nobody waits for the next second: screens say that they are behind.
    private const int BehindMs = 10_000;

    // Screens move on all the same; less than a second, so that old events that come at the pace of a clock settle second by second.
    private const int SettleBehindEveryMs = 800;

    private readonly bool[] _idle = new bool[partitions.Length];
    private long _allIdleSinceMs = -1;
    private bool _settledAll;
    private long _settledMs;
    private long _settledAtMs;

    public int Number { get; } = number;

    public GroupIntake Intake { get; } = intake;

    /// <summary>By topic.</summary>
    public AssignedPartition[] Partitions { get; } = partitions;

    /// <summary>Records that were read and wait for room among the dead letters.</summary>
    public int Held { get; set; }

    /// <summary>Whether events of the first of them went in already: then the group stands between two offsets, and has no image.</summary>
    public bool IsMidRecord { get; set; }

    /// <summary>When its next image is due.</summary>
    public long ImageDueMs { get; set; }

    /// <summary>The image that is being taken and saved: it is durable when this completes with it, and null when it could not be made so.</summary>
    public Task<GroupImage?>? Saving { get; set; }

    /// <summary>A record of the topic came: it is not idle, whatever becomes of its events.</summary>
    public void OnRecord(int topic, long offset, long now)
    {
        Partitions[topic].OnRecord(offset, now);
        SetIdle(topic, false);
    }

    /// <summary>The reader came to the end of a topic's log: what lies before it needs not be read again, be it only marks of transactions.</summary>
    public void OnEnd(int topic, long offset, long now)
    {
        Partitions[topic].OnEnd(offset, now);
        if (Held == 0)
        {
            Intake.SetPosition(topic, offset);
        }
    }

    /// <summary>It is read on after it was given up for a while: nothing that was known of the ends of its logs holds.</summary>
    public void OnReturn(long now)
    {
        foreach (var partition in Partitions)
        {
            partition.IsAheadPaused = false;
            partition.OnFreeze(now);
        }

        UpdateIdle(now);
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

    /// <summary>Tells the intake whether it is read from so far back that it may settle several seconds at a time.</summary>
    /// <param name="wallMs">Wall clock, ms since the Unix epoch.</param>
    /// <param name="now">Time of the reading thread's clock.</param>
    public void UpdateBehind(long wallMs, long now)
    {
        if (Intake.SettledMs != _settledMs)
        {
            (_settledMs, _settledAtMs) = (Intake.SettledMs, now);
        }

        Intake.IsBehind = Intake.AgeMs(wallMs) > BehindMs && now - _settledAtMs < SettleBehindEveryMs;
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
