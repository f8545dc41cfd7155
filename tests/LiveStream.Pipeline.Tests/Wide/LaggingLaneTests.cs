using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Wide;

/// <summary>Lanes of a wide room that are behind the others: what comes out is the same, and nobody waits for ever.</summary>
public sealed class LaggingLaneTests
{
    private const int Lanes = 3;
    private const long Start = 1_000_000;

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public async Task Lanes_that_begin_one_after_the_other_give_what_one_lane_gives(int first, int second, int third)
    {
        await using var alone = new LaneRig(1);
        await using var rig = new LaneRig(Lanes);
        for (var leader = 0; leader < Lanes; leader++)
        {
            Add(alone.Open(group: leader), LaneRig.RoomOf(leader, Lanes));
            Add(rig.Open(group: leader), LaneRig.RoomOf(leader, Lanes));
        }

        alone.BeginAll();
        await alone.Complete();
        foreach (var lane in new[] { first, second, third })
        {
            rig.Begin(lane);
            await rig.Handled(lane);
        }

        await rig.Complete();
        Assert.True(alone.Counters.Applied > 0);
        Assert.Equal(alone.Counters, rig.Counters);
        Assert.True(rig.IsBalanced);
        Assert.Equal(alone.Snapshots, rig.Snapshots);
    }

    private static void Add(GroupIntake intake, string room)
    {
        for (var second = 0; second < 12; second++)
        {
            for (var i = 0; i < 20; i++)
            {
                new TestEvent((EventType)((second + i) % EventTypes.Count), Start + (second * 1000) + (i * 40)) { Room = room, User = $"u{i % 7}", Product = $"p{i % 3}", Id = $"i{second}", Amount = i }
                    .AddTo(intake);
            }

            intake.Flush(TestContext.Current.CancellationToken);
        }

        intake.EndPartition(0);
        intake.Flush(TestContext.Current.CancellationToken);
    }
}
