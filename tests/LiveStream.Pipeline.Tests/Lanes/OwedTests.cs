using System.Buffers;
using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Tests.Wide;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>Settled numbers that a sink does not want yet: handed out later as they are by then, and never forgotten.</summary>
public sealed class OwedTests
{
    private readonly SingleLane lane = new(new EngineOptions { SessionIdleMinutes = 1 });

    [Fact]
    public void WhatIsNotDueIsHandedOutOnceItIsAndAsItIsSettledByThen()
    {
        lane.Take(Like(10_000), Like(10_000) with { Room = "other" }).Settle(11_000);
        lane.Sink.NotDue["r"] = 1000;
        for (var second = 11; second < 15; second++)
        {
            lane.Take(Like(second * 1000)).Settle((second + 1) * 1000);
            Tick();
        }

        Assert.Equal([11_000L], OfRoom("r"));
        Assert.Equal([11_000L, 12_000, 13_000, 14_000, 15_000], OfRoom("other"));
        lane.Sink.NotDue.Clear();
        Tick();
        Tick();
        Assert.Equal([11_000L, 15_000], OfRoom("r"));
        Assert.Equal((5, true), (lane.Sink.LastOf("r", "default").Applied, lane.Sink.LastOf("r", "default").Shown));
    }

    [Fact]
    public void WhatWasOwedIsTheSameSnapshotThatWouldHaveBeenHandedOutAtOnce()
    {
        var prompt = new SingleLane();
        lane.Sink.NotDue["r"] = 1000;
        foreach (var one in new[] { lane, prompt })
        {
            one.Take(Like(10_000), TestEvent.Payment(10_100, 50) with { Product = "p" }).Settle(11_000);
            one.Take(Like(11_500) with { User = "v" }).Settle(12_000);
        }

        Assert.Empty(lane.Sink.Snapshots);
        lane.Group.HandOutOwed();
        Assert.Equal(prompt.Sink.Last.Json, Assert.Single(lane.Sink.Snapshots).Json);
    }

    [Fact]
    public void WhatIsDueAtTheNextSettleIsNotHandedOutAgainAtTheTick()
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.Take(Like(10_000)).Settle(11_000);
        lane.Sink.NotDue.Clear();
        lane.Take(Like(11_000)).Settle(12_000);
        Tick();
        Assert.Equal([12_000L], OfRoom("r"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void ASessionThatMayBeOverIsHandedOutBefore(int quietMinutes)
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.Take(Like(10_000) with { Session = "s" }, Like(10_500) with { Session = "s" }).Settle(11_000);
        Assert.Empty(lane.Sink.Snapshots);
        var nextMs = 11_000 + (quietMinutes * 60_000);
        lane.Take(Like(nextMs) with { Session = "t", Room = "other" }).Settle(nextMs + 61_000);
        Assert.Equal((11_000, 2), (lane.Sink.LastOf("r", "s").AsOfMs, lane.Sink.LastOf("r", "s").Applied));
        Assert.Contains(("r", "s", true), lane.Sink.Over);
        lane.Group.HandOutOwed();
        Assert.Equal([11_000L], OfRoom("r"));
    }

    [Fact]
    public void ASessionThatEndsWithinOneLongStepIsHandedOutBefore()
    {
        var patient = new SingleLane(new EngineOptions { SessionIdleMinutes = 600 });
        patient.Sink.NotDue["r"] = 1000;
        patient.Take(Like(10_000) with { Session = "s" }).Settle(11_000);
        var endMs = 11_500;
        var afterMs = endMs + EngineOptions.EndedIdleMs + 1500;
        patient.Take(new TestEvent(EventType.End, endMs) { Session = "s" }, Like(afterMs) with { Session = "t" }).Settle(afterMs + 1000);
        Assert.Contains(("r", "s", false), patient.Sink.Over);
        Assert.Equal([11_000L, 12_000], patient.Sink.Snapshots.Where(s => s.Session == "s").Select(s => s.AsOfMs));
    }

    [Fact]
    public void TheEndOfTheInputHandsOutEverythingAndLeavesNothing()
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.Take(Like(10_000)).Settle(11_000).Finish();
        Assert.Equal([11_000L], OfRoom("r"));
        lane.Group.HandOutOwed();
        Assert.Equal([11_000L], OfRoom("r"));
    }

    [Fact]
    public void ADroppedGroupOwesNothing()
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.Take(Like(10_000)).Settle(11_000).Group.Drop();
        lane.Group.HandOutOwed();
        Assert.Empty(lane.Sink.Snapshots);
    }

    [Fact]
    public async Task LanesThatEndHandOutWhatTheyOwe()
    {
        var sink = new RecordingSink();
        sink.NotDue["r"] = 1000;
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        Like(10_000).AddTo(intake);
        intake.SettleAll();
        intake.Flush(TestContext.Current.CancellationToken);
        await engine.CompleteAsync();
        Assert.Equal(1, Assert.Single(sink.Snapshots).Applied);
    }

    [Fact]
    public void ASinkIsAskedAgainWhenItSaidAndAtOnceWhenTheClockWasSetBack()
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.State.TickMs = 500_000;
        lane.Take(Like(10_000)).Settle(11_000);
        var asked = lane.Sink.Asked;
        foreach (var (tickMs, again) in new[] { (500_999, 0), (501_000, 1), (501_999, 1), (500_500, 2), (501_499, 2), (501_500, 3) })
        {
            lane.State.TickMs = tickMs;
            lane.Group.HandOutOwedWhenDue();
            Assert.Equal(asked + again, lane.Sink.Asked);
        }

        Assert.Empty(lane.Sink.Snapshots);
    }

    [Fact]
    public void ASessionThatGrowsTooOldIsHandedOutBefore()
    {
        const long HourMs = 3_600_000;
        var patient = new SingleLane(new EngineOptions { SessionIdleMinutes = 120 });
        patient.Sink.NotDue["r"] = 1000;
        patient.Take(Enumerable.Range(0, 24).Select(h => Like(10_300 + (h * HourMs)) with { Session = "s" })).Settle(10_000 + (24 * HourMs));
        Assert.Empty(patient.Sink.Snapshots);
        patient.Take(Like(10_301 + (24 * HourMs)) with { Session = "s" }).Settle(11_000 + (24 * HourMs));
        Assert.Equal((10_000 + (24 * HourMs), 24), (Assert.Single(patient.Sink.Snapshots).AsOfMs, patient.Sink.Last.Applied));
        Assert.Single(patient.Sink.Over);
    }

    [Fact]
    public void WhatIsOwedIsOfTheSessionThatIsShownByThen()
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.Take(Like(10_000)).Settle(11_000);
        lane.Take(Like(11_000), Like(11_500) with { Session = "named" }).Settle(12_000);
        lane.Group.HandOutOwed();
        var handedOut = lane.Sink.Snapshots.Where(s => s.Shown).ToList();
        Assert.Equal(("named", 12_000L), (Assert.Single(handedOut).Session, handedOut[0].AsOfMs));
    }

    [Fact]
    public async Task WhatIsHandedOutWhileACheckpointIsWrittenAndAfterNamesWereSweptIsWhatWasOwed()
    {
        lane.Sink.NotDue["r"] = 1000;
        lane.Take(Like(10_000) with { Session = "s", Product = "p" }, Like(10_100) with { Room = "other" }).Settle(11_000);
        var saved = new TaskCompletionSource<ReadOnlySequence<byte>>();
        lane.Group.Save(saved);
        lane.Sweep();
        lane.Group.HandOutOwed();
        lane.Group.SaveSome(int.MaxValue);
        await saved.Task;
        Assert.Equal((11_000, 1), (lane.Sink.LastOf("r", "s").AsOfMs, lane.Sink.LastOf("r", "s").Applied));
    }

    [Fact]
    public void ARoomThatBecomesWideHandsOutWhatItOwes()
    {
        var room = LaneRig.RoomOf(0, 2);
        var leader = new SingleLane(lanes: 2);
        leader.Sink.NotDue[room] = 1000;
        leader.Take(Like(10_000) with { Room = room }).Settle(11_000);
        Assert.Empty(leader.Sink.Snapshots);
        leader.Group.Widen(Encoding.UTF8.GetBytes(room));
        Assert.Equal((11_000, 1), (Assert.Single(leader.Sink.Snapshots).AsOfMs, leader.Sink.Last.Applied));
    }

    private static TestEvent Like(long timeMs) => new(EventType.Like, timeMs);

    private void Tick()
    {
        lane.State.TickMs += 1000;
        lane.Group.HandOutOwedWhenDue();
    }

    private long[] OfRoom(string room) => [.. lane.Sink.Snapshots.Where(s => s.Room == room).Select(s => s.AsOfMs)];
}
