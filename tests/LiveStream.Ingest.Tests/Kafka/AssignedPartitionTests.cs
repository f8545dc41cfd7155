using Confluent.Kafka;
using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class AssignedPartitionTests
{
    private const int IdleMs = 1000;

    private readonly AssignedPartition _partition = new(new TopicPartition("t", 0), 0, IdleMs, 0);

    [Fact]
    public void A_partition_at_its_end_when_assigned_is_idle_at_once()
    {
        Assert.False(_partition.IsIdle(5));
        _partition.OnEnd(0, 10);
        Assert.True(_partition.IsIdle(10));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(70_000)]
    public void One_that_was_quiet_in_other_hands_is_idle_at_once(long quietForMs)
    {
        var partition = new AssignedPartition(new TopicPartition("t", 0), 0, IdleMs, 5_000, 7, quietForMs);
        partition.OnEnd(7, 5_010);
        Assert.True(partition.IsIdle(5_010));
    }

    // Its next record may be on its way, and no owner would have settled without it yet.
    [Fact]
    public void One_that_was_busy_in_other_hands_is_idle_when_it_would_have_been_there()
    {
        var partition = new AssignedPartition(new TopicPartition("t", 0), 0, IdleMs, 5_000, 7, quietForMs: 300);
        partition.OnEnd(7, 5_010);
        Assert.False(partition.IsIdle(5_010));
        Assert.False(partition.WantsConfirmation(5_699));
        Assert.True(partition.WantsConfirmation(5_700));
        partition.OnEndKnown(7, 5_699);
        Assert.False(partition.IsIdle(5_705));
        partition.OnEndKnown(7, 5_700);
        Assert.True(partition.IsIdle(5_705));
    }

    [Fact]
    public void Quiet_at_the_end_needs_the_brokers_word_from_after_the_quiet()
    {
        _partition.OnRecord(6, 100);
        _partition.OnEnd(7, 110);
        _partition.OnEndKnown(7, 500);
        Assert.False(_partition.IsIdle(1_099));
        Assert.False(_partition.WantsConfirmation(1_099));
        Assert.False(_partition.IsIdle(1_100));
        Assert.True(_partition.WantsConfirmation(1_100));
        _partition.OnEndKnown(7, 1_100);
        Assert.True(_partition.IsIdle(1_104));
        Assert.False(_partition.WantsConfirmation(1_104));
    }

    [Fact]
    public void A_partition_with_lag_is_never_idle()
    {
        _partition.OnRecord(6, 100);
        _partition.OnEndKnown(9, 5_000);
        Assert.False(_partition.IsIdle(6_000));
        Assert.Equal(2, _partition.Lag);
        _partition.OnEnd(7, 6_000);
        _partition.OnEndKnown(9, 6_000);
        Assert.False(_partition.IsIdle(7_100));
    }

    [Fact]
    public void A_record_ends_idleness()
    {
        _partition.OnEnd(0, 10);
        _partition.OnRecord(0, 20);
        Assert.False(_partition.IsIdle(20));
        _partition.OnEnd(1, 21);
        Assert.False(_partition.IsIdle(22));
    }

    [Fact]
    public void What_the_broker_has_appended_ends_idleness_before_it_arrives()
    {
        _partition.OnEnd(0, 10);
        _partition.OnEndKnown(3, 500);
        Assert.False(_partition.IsIdle(501));
    }

    [Fact]
    public void A_standstill_confirms_nothing()
    {
        _partition.OnEnd(0, 10);
        _partition.OnFreeze(9_000);
        Assert.False(_partition.IsIdle(9_000));
        _partition.OnEndKnown(0, 9_500);
        Assert.False(_partition.IsIdle(9_600));
        _partition.OnEndKnown(0, 10_001);
        Assert.True(_partition.IsIdle(10_002));
    }

    [Fact]
    public void Without_the_brokers_word_for_some_seconds_it_is_idle_no_more()
    {
        _partition.OnEnd(0, 10);
        Assert.True(_partition.IsIdle(4_010));
        Assert.False(_partition.IsIdle(4_011));
        _partition.OnEndKnown(0, 5_000);
        Assert.True(_partition.IsIdle(5_001));
    }

    [Fact]
    public void Lag_without_movement_is_stuck()
    {
        _partition.OnRecord(1, 100);
        _partition.OnEndKnown(10, 200);
        Assert.False(_partition.IsStuck(30_100, 30_000));
        Assert.True(_partition.IsStuck(30_101, 30_000));
        _partition.OnResume(30_101);
        Assert.False(_partition.IsStuck(30_101, 30_000));
    }
}
