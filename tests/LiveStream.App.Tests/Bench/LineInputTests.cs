using LiveStream.App.Simulate;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Latency;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Tests.Bench;

public sealed class LineInputTests
{
    [Fact]
    public void EveryPartitionOfEveryTopicIsClosedOnceBehindTheWorkload()
    {
        const int Partitions = 4;
        var options = new LoadOptions { Events = 1000, Rooms = 30 };
        var types = KafkaSinkOptions.DefaultTopics.Select(topic => topic.Types[0]).ToList();
        var (closing, rooms) = ClosedSource.Closing(types, options.Rooms, Partitions, timeMs: 5000);
        var partitions = RoomPartitions.Of(rooms, Partitions);
        Assert.All(closing, e => Assert.InRange(e.Room, options.Rooms, rooms - 1));
        Assert.Equal(
            types.SelectMany(_ => Enumerable.Range(0, Partitions), (type, partition) => (type, partition)),
            closing.Select(e => (e.Type, partitions[e.Room])));

        var source = new ClosedSource(new W1Generator(options.Simulation), closing);
        var seen = new List<SimulatedEvent>();
        for (var e = default(SimulatedEvent); source.TryNext(long.MaxValue, ref e);)
        {
            seen.Add(e);
        }

        Assert.True(source.Ended);
        Assert.Equal(closing, seen.Skip(options.Events));
        Assert.All(seen.Take(options.Events), e => Assert.InRange(e.Room, 0, options.Rooms - 1));
    }

    [Fact]
    public void ProbesHaveTheirMomentsBeforeAnythingIsSent()
    {
        var probes = new Probes(new LatencyOptions { ProbeRooms = 3, ProbeEveryMs = 50 }, fromMs: 1000, untilMs: 2000);
        Assert.Equal((3, 20), (probes.Rooms, probes.PerRoom));
        for (var room = 0; room < probes.Rooms; room++)
        {
            for (var n = 1; n <= probes.PerRoom; n++)
            {
                Assert.InRange(probes.IntendedMs(room, n), 1000 + ((n - 1) * 50), 1000 + (n * 50));
            }
        }

        Assert.NotEqual(probes.IntendedMs(0, 1), probes.IntendedMs(1, 1));
    }

    [Fact]
    public void TheClosingTypesAreEventsThatAnEngineAccepts()
    {
        var decoder = W1Workload.NewDecoder();
        var (closing, _) = ClosedSource.Closing([.. KafkaSinkOptions.DefaultTopics.Select(topic => topic.Types[0])], 1, 1, 5000);
        Assert.All(closing, e =>
        {
            var line = new byte[SimulatedEventJson.MaxBytes];
            var length = SimulatedEventJson.Write(in e, line);
            Assert.Equal(RejectReason.None, decoder.Decode(line.AsSpan(0, length), Ingest.Decoding.TopicTypes.All, out var _));
        });
    }
}
