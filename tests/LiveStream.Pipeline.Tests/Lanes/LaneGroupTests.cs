using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>A lane's group over time: jumps, ages, live numbers, cadences.</summary>
public sealed class LaneGroupTests
{
    private const long HourMs = 3_600_000;
    private const long YearMs = 365 * 24 * HourMs;

    [Fact]
    public void AnEventYearsLaterSettlesNoSecondInBetween()
    {
        var lane = new SingleLane();
        for (var room = 0; room < 50; room++)
        {
            lane.Take(Like(10_000) with { Room = $"r{room}" });
        }

        lane.Settle(11_000).Take(Like(10_000 + (2000 * YearMs))).Settle(11_000 + (2000 * YearMs));
        Assert.Equal(51, lane.Sink.Snapshots.Count);
        Assert.Equal(50, lane.Sink.Over.Count);
        Assert.Equal((1, 10_000 + (2000 * YearMs)), (lane.Sink.Last.Applied, lane.Sink.Last.StartMs));
        Assert.Equal(1, lane.Caps.Rooms);
        Assert.Equal(1, lane.Caps.Viewers);
    }

    [Fact]
    public void SecondBySecondSettlingStopsWhereTheSessionIsOver()
    {
        var lane = new SingleLane(new EngineOptions { SessionIdleMinutes = 1 }, SnapshotCadence.EverySecond);
        lane.Take(Like(10_000), Like(10_000 + (2000 * YearMs))).Settle(11_000 + (2000 * YearMs));
        Assert.Equal([70_000L + 1000, 11_000 + (2000 * YearMs)], lane.Sink.Snapshots.GroupBy(s => s.StartMs).Select(g => g.Max(s => s.AsOfMs)));
        Assert.Equal(62, lane.Sink.Snapshots.Count);
    }

    /// <summary>Time jumps past the end of a session with events that no T has shown yet, as where a log is read on across a night.</summary>
    [Theory]
    [InlineData("other", true)]
    [InlineData("r", false)]
    public void WhatIsSettledInTheStepThatFindsASessionOverIsInItsLastSnapshot(string nextRoom, bool isShown)
    {
        var lane = new SingleLane();
        var nextMs = 10_000 + (8 * HourMs);
        lane.Take(Like(10_000)).Settle(11_000).Take(Like(11_500), Like(12_700), Like(nextMs) with { Room = nextRoom }).Settle(nextMs + 1000);
        var last = lane.Sink.Snapshots.Last(s => s.StartMs == 10_000);
        Assert.Equal((13_000, 3, isShown), (last.AsOfMs, last.Applied, last.Shown));
        Assert.Single(lane.Sink.Over);
    }

    /// <summary>World 374: of two sessions that one step finds to be over, the room showed the one with a name.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfSessionsThatAreFoundOverTogetherTheOneThatWasShownIsShown(bool namedFirst)
    {
        var lane = new SingleLane();
        TestEvent[] begun = [Like(10_000) with { Session = "named" }, Like(10_000)];
        lane.Take(namedFirst ? begun : begun.Reverse()).Settle(11_000);
        lane.Take(Like(11_500), Like(10_000 + (8 * HourMs)) with { Room = "other" }).Settle(11_000 + (8 * HourMs));
        Assert.Equal(["named"], lane.Sink.Snapshots.Where(s => s.Room == "r" && s.Shown).Select(s => s.Session));
        Assert.Equal((12_000, 2), (lane.Sink.LastOf("r", "default").AsOfMs, lane.Sink.LastOf("r", "default").Applied));
        Assert.Equal(2, lane.Sink.Over.Count);
    }

    [Fact]
    public void SessionsThatOneStepFindsToBeOverOneAfterTheOtherEachHaveTheirLastSnapshot()
    {
        const long SixHoursMs = 6 * HourMs;
        var lane = new SingleLane();
        lane.Take(Like(10_000) with { Session = "a" }).Settle(11_000);
        lane.Take(Like(11_500) with { Session = "a" }, Like(HourMs) with { Session = "b" }, Like(72_000 + SixHoursMs) with { Session = "b" });
        lane.Take(Like(10_000 + (20 * HourMs)) with { Room = "other" }).Settle(11_000 + (20 * HourMs));
        var (first, last) = (lane.Sink.LastOf("r", "a"), lane.Sink.LastOf("r", "b"));
        Assert.Equal((12_000, 2), (first.AsOfMs, first.Applied));
        Assert.Equal((73_000 + SixHoursMs, 2, true), (last.AsOfMs, last.Applied, last.Shown));
        Assert.Equal(2, lane.Sink.Over.Count);
    }

    [Fact]
    public void ASessionThatWasHiddenByOneThatTheStepHasFinishedIsNotShown()
    {
        var lane = new SingleLane();
        lane.Take(Like(10_000) with { Session = "x" }, Like(10_200) with { Session = "a" }).Settle(11_000);
        lane.Take(Like(11_500) with { Session = "x" }, new TestEvent(EventType.End, 11_600) { Session = "a" }, Like(HourMs));
        lane.Take(Like(10_000 + (20 * HourMs)) with { Room = "other" }).Settle(11_000 + (20 * HourMs));
        Assert.Equal((12_000, 2, true), Last("a"));
        Assert.Equal((12_000, 2, false), Last("x"));
        Assert.Equal((HourMs + 1000, 1, false), Last("default"));

        (long AsOfMs, long Applied, bool Shown) Last(string session) => lane.Sink.LastOf("r", session) is var s ? (s.AsOfMs, s.Applied, s.Shown) : default;
    }

    [Fact]
    public void OneSecondCanEndADayOldSessionAndBeginTheNext()
    {
        const long Start = 10_000_300;
        var lane = new SingleLane();
        lane.Take(Enumerable.Range(0, 24).Select(h => Like(Start + (h * HourMs)) with { Session = "s" })).Settle(Start - 300 + (24 * HourMs));
        lane.Take(
            Like(Start + (24 * HourMs)) with { Session = "s", User = "a" },
            Like(Start + (24 * HourMs) + 1) with { Session = "s", User = "b" },
            Like(Start + (24 * HourMs) + 2) with { Session = "s", User = "c" });
        lane.Settle(Start + 700 + (24 * HourMs));
        Assert.Equal((2, 2, Start + (24 * HourMs) + 1), (lane.Sink.Last.Applied, lane.Sink.Last.Viewers, lane.Sink.Last.StartMs));
        Assert.Equal([("r", "s", false)], lane.Sink.Over);
        Assert.Equal(2, lane.Caps.Viewers);
        Assert.Equal(1, lane.Caps.Rooms);
    }

    [Fact]
    public void ALongQuietSessionThatComesBackHasCleanWindows()
    {
        var lane = new SingleLane();
        lane.Take(Like(10_000), TestEvent.Payment(10_500, 3) with { Product = "p" }).Settle(12_000);
        lane.Settle(10_000 + (5 * HourMs));
        lane.Take(Like(10_000 + (5 * HourMs)) with { User = "v", Product = "p" }).Settle(11_000 + (5 * HourMs));
        Assert.Equal(1, lane.Sink.Last.Number("Windows.0.Viewers"));
        Assert.Equal(0, lane.Sink.Last.Number("Windows.0.Leaves"));
        Assert.Equal((3, 2), (lane.Sink.Last.Applied, lane.Sink.Last.Viewers));
        Assert.Equal(1, lane.Sink.Last.Number("Online.Now"));
        Assert.Equal(1, lane.Sink.Last.Number("SessionWindow.Leaves"));
        lane.Settle(72_000 + (5 * HourMs));
        Assert.Equal(0, lane.Sink.Last.Number("Online.Now"));
        Assert.Equal(2, lane.Sink.Last.Number("SessionWindow.Leaves"));
    }

    [Fact]
    public void LiveNumbersEndEqualToTheSettledOnesAndSayWhoseTheyAre()
    {
        var lane = new SingleLane();
        foreach (var room in new[] { "a", "b", "c" })
        {
            lane.Take(
                Like(10_000) with { Room = room, Count = 7 },
                TestEvent.Payment(10_100, 50) with { Room = room, Id = "1" },
                TestEvent.Payment(10_100, 50) with { Room = room, Id = "1" },
                new TestEvent(EventType.Order, 10_200) { Room = room });
        }

        lane.Group.HandOutLive(0, 0);
        Assert.Equal(["a", "b", "c"], lane.Sink.Live.Select(l => l.Room));
        Assert.All(lane.Sink.Live, l => Assert.Equal((7, 2, (Int128)100, 1), (l.Like, l.Payments, l.GmvMinor, l.Orders)));
        lane.Sink.Live.Clear();
        lane.Settle(11_000).Group.HandOutLive(0, 0);
        Assert.Equal(["a", "b", "c"], lane.Sink.Live.Select(l => l.Room).Order());
        Assert.All(lane.Sink.Live, l => Assert.Equal(("default", true, 7, 1, (Int128)50, 1), (l.Session, l.Shown, l.Like, l.Payments, l.GmvMinor, l.Orders)));
        lane.Sink.Live.Clear();
        lane.Group.HandOutLive(0, 0);
        Assert.Empty(lane.Sink.Live);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void LiveReplayAndSecondBySecondGiveTheSameSnapshots(int seed)
    {
        var events = RandomLog.Create(seed, 300);
        var options = new EngineOptions { WindowMinutes = [1, 2, 60], PresenceTimeoutMs = 7000, SessionIdleMinutes = 2 };
        var end = events[^1].TimeMs + 1000;
        var every = Run(new SingleLane(options, SnapshotCadence.EverySecond), events, [end]);
        var replay = Run(new SingleLane(options, SnapshotCadence.Replay(1000)), events, [end]);
        var random = new Random(seed);
        var steps = Enumerable.Range(0, 40).Select(_ => events[random.Next(events.Count)].TimeMs / 1000 * 1000).Append(end).Distinct().Order();
        var live = Run(new SingleLane(options), events, [.. steps]);
        Assert.All(replay, snapshot => Assert.Equal(snapshot.Value, every[snapshot.Key]));
        Assert.All(live, snapshot => Assert.Equal(snapshot.Value, every[snapshot.Key]));
        Assert.True(live.Count > 10 && replay.Count > 100);
    }

    private static Dictionary<(string, string, long, long), string> Run(SingleLane lane, List<TestEvent> events, long[] settles)
    {
        var taken = 0;
        foreach (var settleMs in settles)
        {
            var now = events.Skip(taken).TakeWhile(e => e.TimeMs < settleMs).ToArray();
            taken += now.Length;
            Random.Shared.Shuffle(now);
            lane.Take(now).Settle(settleMs);
        }

        lane.Finish();
        return lane.Sink.Snapshots.ToDictionary(s => (s.Room, s.Session, s.StartMs, s.AsOfMs), s => s.Json);
    }

    private static TestEvent Like(long ts) => new(EventType.Like, ts);
}
