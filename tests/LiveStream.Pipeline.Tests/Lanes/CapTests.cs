using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>Each cap driven past its limit: what is beyond is counted, snapshots say so, nothing grows, every event has one outcome.</summary>
public sealed class CapTests
{
    private static readonly CapOptions Wide = new();

    [Fact]
    public void Rooms()
    {
        var lane = Capped(Wide with { MaxRooms = 3 });
        lane.Take(Enumerable.Range(0, 10).Select(i => Like(10_000 + i) with { Room = $"r{i}" })).Settle(11_000);
        AssertCounts(lane, read: 10, applied: 3, rejected: 7);
        Assert.Equal(3, lane.Caps.Rooms);
        Assert.All(lane.Sink.Snapshots, s => Assert.False(s.Capped));

        // The three end; then there is a place for another room, whose first event was turned away.
        var taken = lane.Sink.Snapshots.Select(s => s.Room).ToHashSet();
        lane.Take(taken.Select(room => new TestEvent(EventType.End, 12_000) { Room = room })).Settle(12_000 + EngineOptions.EndedIdleMs + 1000);
        Assert.Equal((3, 0), (taken.Count, lane.Caps.Rooms));
        var other = Enumerable.Range(0, 10).Select(i => $"r{i}").First(room => !taken.Contains(room));
        lane.Take(Like(2_000_000) with { Room = other }).Settle(2_001_000);
        Assert.Equal((other, true), (lane.Sink.Last.Room, lane.Sink.Last.Capped));
        lane.Take(Like(90_000_000) with { Room = "new" }).Settle(90_001_000);
        Assert.Equal(("new", false), (lane.Sink.Last.Room, lane.Sink.Last.Capped));
    }

    [Fact]
    public void Viewers()
    {
        var lane = Capped(Wide with { MaxViewers = 5 });
        lane.Take(Enumerable.Range(0, 20).Select(i => Like(10_000 + i) with { User = $"u{i % 10}", Room = $"r{i % 2}" })).Settle(11_000);
        AssertCounts(lane, read: 20, applied: 10, rejected: 10);
        Assert.Equal(5, lane.Caps.Viewers);
        Assert.Equal([(5, false), (0, true)], lane.Sink.Snapshots.Select(s => (s.Viewers, s.Capped)));

        // Room events need no viewer, and viewers' places come back with the end of their sessions.
        lane.Take(new TestEvent(EventType.End, 11_500), new TestEvent(EventType.End, 11_500) { Room = "r0" }, new TestEvent(EventType.End, 11_500) { Room = "r1" });
        lane.Settle(11_500 + EngineOptions.EndedIdleMs + 1000);
        Assert.Equal((0, 0), (lane.Caps.Viewers, lane.Caps.Rooms));
    }

    [Fact]
    public void ProductsOfASession()
    {
        var lane = Capped(Wide with { MaxProductsPerRoom = 4 });
        lane.Take(Enumerable.Range(0, 30).Select(i => new TestEvent(EventType.Click, 10_000 + i) { Product = $"p{i % 6}" })).Settle(11_000);
        AssertCounts(lane, read: 30, applied: 20, rejected: 10);
        Assert.True(lane.Sink.Last.Capped);
        Assert.Equal(4, lane.Sink.Last.At("SessionWindow.HotProducts").GetArrayLength());
    }

    [Fact]
    public void SessionsOfARoom()
    {
        var lane = Capped(Wide with { MaxSessionsPerRoom = 3 });
        lane.Take(Enumerable.Range(0, 10).Select(i => Like(10_000 + i) with { Session = $"s{i % 5}" })).Settle(11_000);
        AssertCounts(lane, read: 10, applied: 6, rejected: 4);
        Assert.Equal(3, lane.Group.Rooms.Count is 1 ? lane.Sink.Snapshots.Count : 0);
        Assert.All(lane.Sink.Snapshots, s => Assert.True(s.Capped));
        lane.Take(Like(90_000_000) with { Session = "s4" }).Settle(90_001_000);
        AssertCounts(lane, read: 11, applied: 7, rejected: 4);
    }

    [Fact]
    public void RememberedStarts()
    {
        var lane = Capped(Wide with { MaxSessionsPerRoom = 2 });
        lane.Take(Enumerable.Range(0, 50).Select(i => new TestEvent(EventType.Start, 10_000 + i) { Session = $"s{i % 2}" })).Settle(11_000);
        AssertCounts(lane, read: 50, applied: 50, rejected: 0);
        Assert.All(lane.Sink.Snapshots, s => Assert.True(s.Capped));
    }

    [Fact]
    public void TheSameStartOverAndOverIsOneToRemember()
    {
        var lane = Capped(Wide with { MaxSessionsPerRoom = 2 });
        lane.Take(Enumerable.Range(0, 500).Select(i => new TestEvent(EventType.Start, 10_000 + (i / 100)) { Session = "s" })).Settle(11_000);
        Assert.Equal((500, false), (lane.Sink.Last.Applied, lane.Sink.Last.Capped));
    }

    [Fact]
    public void ChannelsOfASession()
    {
        var lane = Capped(Wide with { MaxChannelsPerSession = 3 });
        lane.Take(Enumerable.Range(0, 10).Select(i => new TestEvent(EventType.Enter, 10_000 + i) { User = $"u{i}", Channel = $"c{i % 5}" })).Settle(11_000);
        AssertCounts(lane, read: 10, applied: 10, rejected: 0);
        Assert.True(lane.Sink.Last.Capped);
        var channels = lane.Sink.Last.At("Whole.Channels").EnumerateArray().Select(c =>
            (System.Text.Encoding.UTF8.GetString(c.GetProperty("Channel").GetBytesFromBase64()), c.GetProperty("Viewers").GetInt64()));
        Assert.Equal([("c0", 2), ("c1", 2), ("c2", 2), ("other", 4)], channels);
    }

    [Fact]
    public void PendingEvents()
    {
        var lane = Capped(Wide with { MaxPendingEvents = 100 });
        lane.Take(Enumerable.Range(0, 150).Select(i => Like(10_000 + (i * 10)))).Take(Like(10_000) with { Room = "other" });
        Assert.Equal((100, 51), (lane.State.Counters.Buffered, lane.State.Counters.Rejected));
        lane.Settle(11_000);
        Assert.True(lane.Sink.Last.Capped);
        AssertCounts(lane, read: 151, applied: 100, rejected: 51);

        // A room that was not held when its event was turned away cannot vouch for its session either.
        lane.Take(Like(11_100) with { Room = "other" }).Settle(12_000);
        Assert.True(lane.Sink.LastOf("other", "default").Capped);
        Assert.Equal(0, lane.State.Counters.Buffered);
    }

    [Fact]
    public async Task PendingEventsOfAPartitionThatWaitsForAnother()
    {
        var sink = new RecordingSink();
        await using var engine = new StreamEngine(
            new EngineOptions { Caps = Wide with { MaxPendingEvents = 1000 } }, new PipelineOptions { Lanes = 2, BatchEvents = 64 }, _ => sink);
        var intake = engine.OpenGroup(0, 2);
        for (var i = 0; i < 5000; i++)
        {
            (Like(10_000 + i) with { Room = "r" }).AddTo(intake);
        }

        intake.EndPartition(0);
        intake.EndPartition(1);
        intake.Flush(CancellationToken.None);
        await engine.CompleteAsync();
        var c = engine.Counters;
        Assert.Equal((5000, 500, 4500, 0), (c.Read, c.Applied, c.Rejected, c.Pending));
        Assert.Equal(4500, engine.RejectedByReason[(int)RejectReason.Capacity]);
        Assert.True(sink.Last.Capped);
    }

    [Fact]
    public void TradeIdsOfASession()
    {
        var lane = Capped(Wide with { MaxTradeIdsPerSession = 10 });
        var payments = Enumerable.Range(0, 40).Select(i => TestEvent.Payment(10_000 + (i * 1000), 1, $"{i}") with { Id = $"{i}" }).ToArray();
        foreach (var payment in payments)
        {
            lane.Take(payment).Settle(payment.TimeMs + 1000);
        }

        Assert.True(lane.Sink.Last.Capped);

        // The newest are remembered, the oldest are not.
        lane.Take(payments[^1] with { TimeMs = 60_500 }, payments[0] with { TimeMs = 60_600 }).Settle(61_000);
        Assert.Equal((41, 1), (lane.State.Counters.Applied, lane.State.Counters.Duplicate));
        Assert.Equal(41, lane.Sink.Last.GmvMinor);
    }

    [Fact]
    public void OrdersOfASession()
    {
        var lane = Capped(Wide with { MaxOrdersPerSession = 10 });
        lane.Take(Enumerable.Range(0, 10).Select(i => TestEvent.Payment(10_000 + i, 1, $"{i}"))).Settle(11_000);
        Assert.False(lane.Sink.Last.Capped);
        Assert.Equal(10, lane.Sink.Last.Number("SessionWindow.Trade.PaidOrders"));
        lane.Take(Enumerable.Range(10, 90).Select(i => TestEvent.Payment(11_000 + i, 1, $"{i}"))).Settle(12_000);
        Assert.True(lane.Sink.Last.Capped);
        AssertCounts(lane, read: 100, applied: 100, rejected: 0);
        Assert.Equal(100, lane.Sink.Last.GmvMinor);
    }

    private static SingleLane Capped(CapOptions caps) => new(new EngineOptions { Caps = caps });

    private static TestEvent Like(long ts) => new(EventType.Like, ts);

    private static void AssertCounts(SingleLane lane, long read, long applied, long rejected)
    {
        var c = lane.State.Counters;
        Assert.Equal((applied, rejected, read), (c.Applied, c.Rejected, c.Applied + c.Rejected + c.Duplicate + c.Late + c.Buffered));
    }
}
