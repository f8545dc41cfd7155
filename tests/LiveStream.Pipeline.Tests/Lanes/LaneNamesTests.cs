using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>One intake's numbers in several lanes, over generations and sweeps.</summary>
public sealed class LaneNamesTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    [InlineData(3, 1)]
    public void EveryLaneKnowsEveryNameThatItsEventsUse(int seed, int lanes)
    {
        var random = new Random(seed);
        var numbers = new NameNumbers();
        var tables = Enumerable.Range(0, lanes).Select(_ => new NameTable()).ToArray();
        var names = tables.Select(table => new LaneNames(table)).ToArray();
        var batches = tables.Select(_ => new EventBatch(300)).ToArray();
        for (var round = 0; round < 60; round++)
        {
            if (random.Next(8) == 0)
            {
                numbers.BeginGeneration();
            }

            var lane = random.Next(lanes);
            var batch = batches[lane];
            batch.Begin(numbers, lane);
            var events = Enumerable.Range(0, random.Next(1, 300)).Select(_ => Event(random, round)).ToList();
            events.ForEach(e => e.AddTo(batch, numbers));
            names[lane].Learn(batch);
            for (var i = 0; i < events.Count; i++)
            {
                var e = batch.Events[i];
                Assert.Equal(
                    (events[i].Room, events[i].Session, events[i].Product),
                    (Text(tables[lane], names[lane].Of(batch.Rooms[i])), Text(tables[lane], names[lane].Of(e.Session)), Text(tables[lane], names[lane].Of(e.Product))));
            }

            batch.Clear();
            Sweep(tables[lane], names[lane], random);
        }
    }

    // The entry is remembered by the intake's number until a room leaves.
    [Fact]
    public void ARoomIsFoundAgainAfterRoomsHaveLeft()
    {
        var lane = new SingleLane();
        var rooms = new RoomTable(lane.State);
        var names = new LaneNames(lane.State.Names);
        var (numbers, batch) = (new NameNumbers(), new EventBatch(10));
        batch.Begin(numbers, 0);
        foreach (var room in new[] { "a", "b" })
        {
            (new TestEvent(EventType.Like, 1000) with { Room = room }).AddTo(batch, numbers);
        }

        names.Learn(batch);
        var (a, b) = (names.EntryOf(batch.Rooms[0], 1000, rooms), names.EntryOf(batch.Rooms[1], 1000, rooms));
        Assert.Same(a, names.EntryOf(batch.Rooms[0], 1000, rooms));
        Assert.NotSame(a, b);
        rooms.RemoveIfEmpty(a);
        Assert.Same(b, names.EntryOf(batch.Rooms[1], 1000, rooms));
        Assert.NotSame(a, names.EntryOf(batch.Rooms[0], 1000, rooms));
        Assert.Equal(2, rooms.Entries.Count);
    }

    private static TestEvent Event(Random random, int round) => new(EventType.Click, 1000)
    {
        Room = $"r{random.Next(5)}", Session = random.Next(2) == 0 ? "" : $"s{random.Next(9)}", Product = $"p{random.Next(40) + (round * 20)}",
    };

    private static string Text(NameTable table, int name) => name < 0 ? "" : Encoding.UTF8.GetString(table[name]);

    // What is not marked is freed, and its number given to another name at once.
    private static void Sweep(NameTable table, LaneNames names, Random random)
    {
        table.BeginSweep();
        names.Mark();
        table.EndSweep();
        for (var i = random.Next(200); i > 0; i--)
        {
            table.Intern(BitConverter.GetBytes(random.Next()));
        }
    }
}
