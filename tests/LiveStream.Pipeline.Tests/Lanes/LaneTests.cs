using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>What a lane does between the messages: rooms that are still to be settled make nobody wait.</summary>
public sealed class LaneTests
{
    private const int Rooms = 200;
    private const long Start = 1_700_000_000_000;

    [Fact]
    public async Task LiveNumbersGoOutWhileTheRoomsOfASecondAreBeingSettled()
    {
        var sink = new OrderSink();
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        FirstSecond(intake);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.AtFirst = () =>
        {
            new TestEvent(EventType.Like, Start + 4_500) { Room = "late" }.AddTo(intake);
            intake.Flush(CancellationToken.None);
            engine.Tick(Start);
            sent.SetResult();
        };
        SecondSecond(intake);
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await engine.CompleteAsync();

        // The rooms of the second second, with the live numbers of the new event among them.
        Assert.Equal(Rooms * 2, sink.Settled.Count);
        Assert.Equal(Rooms, sink.Settled.Skip(Rooms).Distinct().Count());
        Assert.Equal([(Start + 1000, Rooms), (Start + 2000, Rooms * 2)], sink.SettledAfter);
        Assert.Contains(sink.LiveAfter, live => live.Room == "late" && live.Settled < Rooms + 20);
    }

    [Fact]
    public async Task WhoWaitsForAMessageWaitsForTheRoomsBeforeIt()
    {
        await using var source = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => new RecordingSink());
        var other = source.OpenGroup(8, 1);
        new TestEvent(EventType.Like, Start) { Room = "other" }.AddTo(other);
        new TestEvent(EventType.Like, Start + 3000) { Room = "other" }.AddTo(other);
        other.Flush(CancellationToken.None);
        var taking = other.TakeImageAsync();
        other.Flush(CancellationToken.None);
        var image = await taking;

        var sink = new OrderSink();
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        FirstSecond(intake);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.AtFirst = () =>
        {
            engine.OpenGroup(8, 1, image);
            sent.SetResult();
        };
        SecondSecond(intake);
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await engine.CompleteAsync();

        // What is restored is shown at once.
        Assert.Equal(Rooms * 2, sink.Settled.IndexOf("other"));
    }

    [Fact]
    public async Task AnImageIsOfRoomsThatAreAllSettled()
    {
        var sink = new OrderSink();
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        FirstSecond(intake);
        SecondSecond(intake);
        var taking = intake.TakeImageAsync();
        intake.Flush(CancellationToken.None);
        var image = await taking;

        var restoredSink = new RecordingSink();
        await using var restored = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => restoredSink);
        restored.OpenGroup(0, 1, image);
        await restored.CompleteAsync();
        Assert.Equal(Rooms, restoredSink.Snapshots.Count);
        Assert.All(restoredSink.Snapshots, s => Assert.Equal((Start + 2000, 2), (s.AsOfMs, s.Applied)));
    }

    /// <summary>Whatever comes between the rooms of a step, each room's numbers are those of a step in one go.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RoomsSettledOneByOneWithEventsInBetweenComeToTheSame(int seed)
    {
        var events = RandomLog.Create(seed, 100);
        var atOnce = new SingleLane(cadence: SnapshotCadence.EverySecond);
        var inSteps = new SingleLane(cadence: SnapshotCadence.EverySecond);
        for (var ms = events[0].TimeMs / 1000 * 1000; ms <= events[^1].TimeMs + 1000; ms += 1000)
        {
            var second = events.Where(e => e.TimeMs >= ms && e.TimeMs < ms + 1000).ToList();
            atOnce.Take(second);
            foreach (var e in second)
            {
                inSteps.Take(e);
                inSteps.Group.SettleSome(1);
                inSteps.Group.HandOutLive(ms, 0);
            }

            atOnce.Settle(ms + 1000);
            inSteps.Group.Settle(ms + 1000);
        }

        inSteps.Group.SettleSome(int.MaxValue);
        Assert.Equal(Ordered(atOnce), Ordered(inSteps));
        Assert.True(atOnce.Sink.Snapshots.Count > 100);

        static IEnumerable<Taken> Ordered(SingleLane lane) =>
            lane.Sink.Snapshots.OrderBy(s => s.AsOfMs).ThenBy(s => s.Room, StringComparer.Ordinal).ThenBy(s => s.Session, StringComparer.Ordinal).ThenBy(s => s.StartMs);
    }

    private static void FirstSecond(GroupIntake intake)
    {
        for (var room = 0; room < Rooms; room++)
        {
            new TestEvent(EventType.Like, Start) { Room = $"r{room}" }.AddTo(intake);
            new TestEvent(EventType.Like, Start + 1000) { Room = $"r{room}" }.AddTo(intake);
        }

        new TestEvent(EventType.Like, Start + 3000) { Room = "clock" }.AddTo(intake);
        intake.Flush(CancellationToken.None);
    }

    private static void SecondSecond(GroupIntake intake)
    {
        new TestEvent(EventType.Like, Start + 4000) { Room = "clock" }.AddTo(intake);
        intake.Flush(CancellationToken.None);
    }

    private sealed class OrderSink : LaneSink
    {
        public List<string> Settled { get; } = [];

        public List<(string Room, int Settled)> LiveAfter { get; } = [];

        public List<(long SettledMs, int Settled)> SettledAfter { get; } = [];

        public Action? AtFirst { get; set; }

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
            Settled.Add(System.Text.Encoding.UTF8.GetString(snapshot.Room));
            if (Settled.Count == Rooms + 1)
            {
                AtFirst?.Invoke();
            }
        }

        public override void OnLive(LiveFigures live, in SessionOutput session) =>
            LiveAfter.Add((System.Text.Encoding.UTF8.GetString(live.Room), Settled.Count));

        public override void OnSettled(int group, long settledMs) => SettledAfter.Add((settledMs, Settled.Count));
    }
}
