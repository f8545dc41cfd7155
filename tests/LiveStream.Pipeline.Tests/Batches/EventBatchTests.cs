using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Tests.Batches;

[Collection(nameof(MeasuredAlone))]
public sealed class EventBatchTests
{
    // Two batches for two lanes in turn: each lane is told of a name once in a generation, and of all that its events use.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void GivesBackWhatWasAppendedHoweverOftenItIsReused(int seed)
    {
        var random = new Random(seed);
        var numbers = new NameNumbers();
        EventBatch[] batches = [new(700), new(700)];
        Dictionary<int, string>[] told = [[], []];
        for (var round = 0; round < 12; round++)
        {
            var lane = random.Next(2);
            if (round % 5 == 4)
            {
                numbers.BeginGeneration();
                Array.ForEach(told, names => names.Clear());
            }

            var batch = batches[lane];
            batch.Begin(numbers, lane);
            Assert.Equal(numbers.Generation, batch.Generation);
            var events = RandomLog.Create(random.Next(), 700);
            events[random.Next(700)] = events[0] with { Product = new string('長', 40), Order = new string('o', 64), Type = EventType.Payment };
            foreach (var e in events)
            {
                Assert.False(batch.IsFull);
                e.AddTo(batch, numbers);
            }

            Assert.True(batch.IsFull);
            foreach (var name in batch.Names)
            {
                var text = batch.Text(name.Offset, name.Length);
                Assert.Equal(NameHash.Compute(text), name.Hash);
                told[lane].Add(name.Number, Encoding.UTF8.GetString(text));
            }

            for (var i = 0; i < events.Count; i++)
            {
                Assert.Equal(events[i].Room, told[lane][batch.Rooms[i]]);
                AssertSame(events[i], batch, batch.Events[i], told[lane]);
            }

            batch.Clear();
            Assert.Equal((0, 0, 0, false), (batch.Count, batch.Names.Length, batch.Rooms.Length, batch.IsFull));
        }
    }

    [Fact]
    public void AMovedEventKeepsTheTimeItCameWith()
    {
        var numbers = new NameNumbers();
        var batch = new EventBatch(3);
        batch.Begin(numbers, 0);
        new TestEvent(EventType.End, 9_000).AddTo(batch, numbers, originalMs: 5_000);
        TestEvent.Payment(9_000, 7).AddTo(batch, numbers);
        new TestEvent(EventType.Like, 9_000).AddTo(batch, numbers);
        Assert.Equal([(true, 9_000), (false, 9_000), (false, 9_000)], batch.Events.ToArray().Select(e => (e.Moved, e.TimeMs)));
        Assert.Equal((5_000, 9_000), (batch.Detail(batch.Events[0].Detail).OriginalTimeMs, batch.Detail(batch.Events[1].Detail).OriginalTimeMs));
        Assert.Equal(-1, batch.Events[2].Detail);
    }

    [Fact]
    public void ABatchThatHasWhatItNeedsAllocatesNothing()
    {
        var numbers = new NameNumbers();
        var batch = new EventBatch(400);
        var allocated = 0L;
        for (var round = 0; round < 20; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            batch.Begin(numbers, 3);
            for (var i = 0; !batch.IsFull; i++)
            {
                var parsed = new ParsedEvent
                {
                    Type = (EventType)(i % EventTypes.Count), TimeMs = i, Viewer = 1, Room = "room"u8, Product = i % 2 == 0 ? "p"u8 : "q"u8,
                    Order = "order"u8, Id = "id"u8, Channel = "feed"u8, Name = "name"u8, Session = i % 3 == 0 ? "s"u8 : default,
                };
                batch.Append(parsed, numbers.Of(parsed.Room, NameHash.Compute(parsed.Room)), i, moved: i % 7 == 0);
            }

            batch.Clear();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static void AssertSame(TestEvent expected, EventBatch batch, RoomEvent e, Dictionary<int, string> told)
    {
        string Name(int number) => number < 0 ? "" : told[number];

        var isTrade = EventTypes.IsTrade(expected.Type);
        Assert.Equal((expected.Type, expected.TimeMs, false), (e.Type, e.TimeMs, e.Moved));
        Assert.Equal((expected.Session, expected.Product), (Name(e.Session), Name(e.Product)));
        Assert.Equal(
            expected.Type switch
            {
                EventType.Enter => expected.Channel,
                EventType.Start or EventType.List or EventType.ExplainStart => expected.Name,
                _ => "",
            },
            Name(e.Name));
        Assert.Equal(expected.Type is EventType.Like or EventType.Gift ? expected.Count : expected.Quantity, e.Count);
        Assert.Equal(isTrade || expected.Type == EventType.Stock, e.Detail >= 0);
        Assert.Equal(EventTypes.IsViewer(expected.Type), e.Viewer != 0);
        if (isTrade)
        {
            var detail = batch.Detail(e.Detail);
            Assert.Equal((expected.Amount, expected.Order), (detail.Value, Encoding.UTF8.GetString(batch.Text(detail.OrderOffset, detail.OrderLength))));
            Assert.Equal(expected.Id.Length == 0, detail.Id == 0);
        }
    }
}
