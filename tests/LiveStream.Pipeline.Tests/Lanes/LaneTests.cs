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

    /// <summary>Also where a delay makes T move by a few seconds at once; then the room that moved it is settled too.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    public async Task LiveNumbersGoOutWhileTheRoomsOfASecondAreBeingSettled(int seconds, int more)
    {
        var sink = new OrderSink();
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        FirstSecond(intake);
        await StepAsync(intake, sink, seconds, () =>
        {
            new TestEvent(EventType.Like, Start + 3_000 + (seconds * 1000)) { Room = "late" }.AddTo(intake);
            intake.Flush(CancellationToken.None);
            engine.Tick(Start);
        });
        await engine.CompleteAsync();

        // The rooms of the second second, with the live numbers of the new event among them.
        var all = (Rooms * 2) + more;
        Assert.Equal(all, sink.Settled.Count);
        Assert.Equal(Rooms + more, sink.Settled.Skip(Rooms).Distinct().Count());
        Assert.Equal([(Start + 1000, Rooms), (Start + 1000 + (seconds * 1000), all)], sink.SettledAfter);
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
        await StepAsync(intake, sink, 1, () => engine.OpenGroup(8, 1, image));
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
        Step(intake, 1);
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

    /// <summary>The lane has always something else to do: its queue is never empty, and each second begins before the last is settled.</summary>
    [Fact]
    public async Task AnImageIsWrittenThoughTheLaneNeverComesToAnEndOfSettling()
    {
        var sink = new OrderSink();
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1, QueuedBatches = 1024 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        FirstSecond(intake);
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.AtFirst = () =>
        {
            var taking = intake.TakeImageAsync();
            for (var second = 2; second < 40; second++)
            {
                Step(intake, second);
            }

            sink.AtSettled = settledMs =>
            {
                if (settledMs == Start + 20_000)
                {
                    written.SetResult(taking.Wait(TimeSpan.FromSeconds(10)));
                }
            };
        };
        Step(intake, 1);
        Assert.True(await written.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await engine.CompleteAsync();
    }

    [Fact]
    public async Task WhatIsSettledMakesPlaceBeforeAnEventIsTurnedAway()
    {
        var sink = new OrderSink();
        var options = new EngineOptions { Caps = new CapOptions { MaxPendingEvents = (Rooms * 2) + 10 } };
        await using var engine = new StreamEngine(options, new PipelineOptions { Lanes = 1 }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        FirstSecond(intake);
        await StepAsync(intake, sink, 1, () =>
        {
            for (var i = 0; i < Rooms * 2; i++)
            {
                new TestEvent(EventType.Like, Start + 4_000) { Room = "late" }.AddTo(intake);
            }

            intake.Flush(CancellationToken.None);
        });
        await engine.CompleteAsync();
        Assert.Equal((0, Rooms * 2), (engine.Counters.Rejected, engine.Counters.Applied));
    }

    /// <summary>Whatever comes between the rooms of a step, each room's numbers are those of a step in one go.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RoomsSettledOneByOneWithEventsInBetweenComeToTheSame(int seed)
    {
        var events = RandomLog.Create(seed, 100);
        var atOnce = new SingleLane();
        var inSteps = new SingleLane();
        var begun = 0;
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
            begun += inSteps.Group.IsSettling ? 1 : 0;
        }

        inSteps.Group.SettleSome(int.MaxValue);
        Assert.Equal(Ordered(atOnce), Ordered(inSteps));
        Assert.True(atOnce.Sink.Snapshots.Count > 100 && begun > 100);

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

    private static void Step(GroupIntake intake, int seconds)
    {
        new TestEvent(EventType.Like, Start + 3000 + (seconds * 1000)) { Room = "clock" }.AddTo(intake);
        intake.Flush(CancellationToken.None);
    }

    /// <summary>Returns when the lane has done something else in the middle of settling: after the first room of the step.</summary>
    private static Task StepAsync(GroupIntake intake, OrderSink sink, int seconds, Action afterFirstRoom)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.AtFirst = () =>
        {
            afterFirstRoom();
            done.SetResult();
        };
        Step(intake, seconds);
        return done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private sealed class OrderSink : LaneSink
    {
        public List<string> Settled { get; } = [];

        public List<(string Room, int Settled)> LiveAfter { get; } = [];

        public List<(long SettledMs, int Settled)> SettledAfter { get; } = [];

        public Action? AtFirst { get; set; }

        public Action<long>? AtSettled { get; set; }

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

        public override void OnSettled(int group, long settledMs)
        {
            SettledAfter.Add((settledMs, Settled.Count));
            AtSettled?.Invoke(settledMs);
        }
    }
}
