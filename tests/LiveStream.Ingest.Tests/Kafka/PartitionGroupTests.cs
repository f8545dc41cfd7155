using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>When a group is read from so far back that several seconds settle at a time.</summary>
public sealed class PartitionGroupTests : IAsyncDisposable
{
    private const long Start = 1_700_000_000_000;

    private readonly EngineProbe _probe = new();
    private readonly PartitionGroup _group;

    public PartitionGroupTests() =>
        _group = new PartitionGroup(0, _probe.Engine.OpenGroup(0, 1), [new AssignedPartition(new TopicPartition("like", 0), 0, 1_000, 0)]);

    public ValueTask DisposeAsync() => _probe.DisposeAsync();

    [Fact]
    public void A_group_is_behind_while_its_watermark_is_more_than_10_s_old()
    {
        Read(Start);
        Assert.False(IsBehind(afterMs: 10_000, now: 0));
        Assert.True(IsBehind(afterMs: 10_001, now: 0));
    }

    [Fact]
    public void A_group_that_has_not_settled_for_a_second_is_not_made_to_wait_any_longer()
    {
        Read(Start);
        Assert.True(IsBehind(afterMs: 60_000, now: 5_000));
        Assert.True(IsBehind(afterMs: 60_000, now: 5_999));
        Assert.False(IsBehind(afterMs: 60_000, now: 6_000));
        var settledMs = _group.Intake.SettledMs;
        Read(Start + 3_000);
        Assert.Equal(settledMs + 3_000, _group.Intake.SettledMs);
        Assert.True(IsBehind(afterMs: 60_000, now: 6_001));
        Read(Start + 7_000);
        Assert.Equal(settledMs + 3_000, _group.Intake.SettledMs);
    }

    private bool IsBehind(long afterMs, long now)
    {
        _group.UpdateBehind(_group.Intake.GroupWatermarkMs + afterMs, now);
        return _group.Intake.IsBehind;
    }

    private void Read(long timeMs)
    {
        _group.Intake.Add(0, new ParsedEvent { Type = EventType.Like, Room = "r"u8, TimeMs = timeMs, Viewer = 1, Count = 1, Quantity = 1 }, long.MaxValue);
        _group.Intake.Flush(CancellationToken.None);
    }
}
