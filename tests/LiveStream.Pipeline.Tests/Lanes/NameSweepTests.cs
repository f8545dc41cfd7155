using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>Names are swept while sessions and waiting slices refer to them; rooms leave and their numbers are used again.</summary>
public sealed class NameSweepTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SweepsChangeNoSnapshot(int seed)
    {
        var events = RandomLog.Create(seed, 500);
        Assert.Equal(Run(events, sweep: false), Run(events, sweep: true));
    }

    [Fact]
    public async Task ALaneSweepsItselfWhenNamesPassAndKeepsThoseInUse()
    {
        var sink = new RecordingSink();
        await using var engine = new StreamEngine(
            new EngineOptions { SessionIdleMinutes = 1 }, new PipelineOptions { Lanes = 1, Cadence = SnapshotCadence.Replay(0) }, _ => sink);
        var intake = engine.OpenGroup(0, 1);
        for (var i = 0; i < 200_000; i++)
        {
            // Every product is new and its session soon over; one room stays.
            new TestEvent(EventType.Click, 1_000_000 + (i * 20)) { Room = $"r{i % 5}", Session = $"s{i / 2000}", Product = $"p{i}" }.AddTo(intake);
            if (i % 1000 == 0)
            {
                new TestEvent(EventType.List, 1_000_000 + (i * 20)) { Room = "stays", Session = "show", Product = $"q{i % 7}", Name = $"n{i % 7}" }.AddTo(intake);
                intake.Flush(CancellationToken.None);
            }
        }

        intake.EndPartition(0);
        intake.Flush(CancellationToken.None);
        await engine.CompleteAsync();
        Assert.Equal(501, sink.Snapshots.Count);
        Assert.All(sink.Snapshots.Where(s => s.Room != "stays"), s => Assert.Equal((400, FirstProduct(s)), (s.Applied, s.Text("SessionWindow.HotProducts.0.Product"))));
        var stays = sink.LastOf("stays", "show");
        Assert.Equal(200, stays.Applied);
        Assert.Equal(7, stays.At("Names").GetArrayLength());
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(($"q{i}", $"n{i}"), (stays.Text($"Names.{i}.Product"), stays.Text($"Names.{i}.Name")));
        }
    }

    [Fact]
    public void RoomsThatLeftLeaveNoNameBehind()
    {
        var lane = new SingleLane(new EngineOptions { SessionIdleMinutes = 1 });
        for (var i = 0; i < 1000; i++)
        {
            lane.Take(new TestEvent(EventType.Click, 100_000 * i + 100_000) { Room = $"r{i}", Product = $"p{i}" }).Settle((100_000 * i) + 101_000);
            Assert.Equal(($"r{i}", 1), (lane.Sink.Last.Room, lane.Sink.Last.Applied));
            Assert.Equal($"p{i}", lane.Sink.Last.Text("SessionWindow.HotProducts.0.Product"));
        }

        Assert.InRange(lane.Group.Rooms.Count, 1, 2);
        Assert.Equal(2000, lane.Numbers.Count);

        // What the intake's numbers stand for is kept until it gives them out anew.
        lane.Sweep();
        Assert.InRange(lane.State.Names.Count, 2000, 2010);
        lane.BeginGeneration();
        lane.Take(new TestEvent(EventType.Click, 100_100_000) { Room = "last", Product = "p" }).Sweep();
        Assert.InRange(lane.State.Names.Count, 3, 12);
        lane.Settle(100_101_000);
        Assert.Equal(("last", "p"), (lane.Sink.Last.Room, lane.Sink.Last.Text("SessionWindow.HotProducts.0.Product")));
    }

    // All products of a session have one click, so the ordinally first leads.
    private static string? FirstProduct(Taken snapshot) => Enumerable.Range(int.Parse(snapshot.Session[1..]) * 2000, 2000)
        .Where(i => i % 5 == int.Parse(snapshot.Room[1..])).Select(i => $"p{i}").Min(StringComparer.Ordinal);

    private static List<Taken> Run(List<TestEvent> events, bool sweep)
    {
        var lane = new SingleLane(new EngineOptions { SessionIdleMinutes = 2 });
        for (var at = 0; at < events.Count; at += 20)
        {
            var part = events.Slice(at, Math.Min(20, events.Count - at));
            if (sweep && at % 60 == 0)
            {
                lane.BeginGeneration();
            }

            lane.Take(part);
            if (sweep)
            {
                // Freed numbers are given to other names at once.
                lane.Sweep();
                for (var i = 0; i < 50; i++)
                {
                    lane.State.Names.Intern(BitConverter.GetBytes((at * 100) + i));
                }
            }

            lane.Settle(part[part.Count / 2].TimeMs / 1000 * 1000);
        }

        lane.Settle(events[^1].TimeMs + 1000);
        return lane.Sink.Snapshots;
    }
}
