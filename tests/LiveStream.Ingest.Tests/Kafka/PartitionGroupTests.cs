using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>When a group is read from so far back that several seconds settle at a time.</summary>
public sealed class PartitionGroupTests : IAsyncDisposable
{
    private const long Start = 1_700_000_000_000;
    private const int LatenessMs = 30_000;

    private readonly EngineProbe _probe = new(options: new EngineOptions { LatenessMs = LatenessMs });
    private readonly PartitionGroup _group;

    public PartitionGroupTests() =>
        _group = new PartitionGroup(0, _probe.Engine.OpenGroup(0, 1), [new AssignedPartition(new TopicPartition("like", 0), 0, 1_000, 0)]);

    public ValueTask DisposeAsync() => _probe.DisposeAsync();

    /// <summary>However late events may be.</summary>
    [Fact]
    public void A_group_is_behind_while_its_newest_event_is_more_than_10_s_old()
    {
        Assert.False(IsBehind(Start, now: 0));
        Read(Start);
        Assert.False(IsBehind(Start + 10_000, now: 0));
        Assert.True(IsBehind(Start + 10_001, now: 0));
    }

    [Fact]
    public void A_group_whose_screens_have_not_moved_for_a_while_is_not_made_to_wait_any_longer()
    {
        Read(Start);
        Assert.True(IsBehind(Start + 60_000, now: 5_000));
        Assert.True(IsBehind(Start + 60_000, now: 5_799));
        Assert.False(IsBehind(Start + 60_000, now: 5_800));
        var settledMs = _group.Intake.SettledMs;
        Read(Start + 3_000);
        Assert.Equal(settledMs + 3_000, _group.Intake.SettledMs);
        Assert.True(IsBehind(Start + 60_000, now: 5_801));
        Read(Start + 7_000);
        Assert.Equal(settledMs + 3_000, _group.Intake.SettledMs);
    }

    private bool IsBehind(long wallMs, long now)
    {
        _group.UpdateBehind(wallMs, now);
        return _group.Intake.IsBehind;
    }

    private void Read(long timeMs)
    {
        _group.Intake.Add(0, new ParsedEvent { Type = EventType.Like, Room = "r"u8, TimeMs = timeMs, Viewer = 1, Count = 1, Quantity = 1 }, long.MaxValue);
        _group.Intake.Flush(CancellationToken.None);
    }
}
