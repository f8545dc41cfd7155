using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Tests.Lanes;

public sealed class RoomSliceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void KeepsEventsWithTheirDetailsAndKnowsWhetherTheyCameInOrder(int seed)
    {
        var random = new Random(seed);
        var numbers = new NameNumbers();
        var slice = new RoomSlice();
        var batch = new EventBatch(64);
        for (var round = 0; round < 100; round++)
        {
            var startMs = random.Next(1000) * 1000L;
            slice.Reset(startMs);
            var made = Events(random, startMs, ordered: round % 2 == 0);
            foreach (var part in made.Chunk(random.Next(1, 64)))
            {
                batch.Begin(numbers, 0);
                foreach (var e in part)
                {
                    e.AddTo(batch, numbers);
                }

                for (var i = 0; i < part.Length; i++)
                {
                    slice.Append(batch.Events[i], batch).Product = 77;
                }

                batch.Clear();
            }

            Assert.Equal((startMs, made.Length, 0), (slice.StartMs, slice.Count, slice.Counted));
            Assert.Equal(made.Aggregate(0u, (types, e) => types | (1u << (int)e.Type)), slice.Types);
            var keys = slice.Events.ToArray().Select(e => slice.KeyOf(e)).ToList();
            Assert.Equal(keys.SequenceEqual(keys.Order()), slice.InOrder);
            Assert.All(keys, key => Assert.InRange(key, 0, RoomSlice.Keys - 1));
            for (var i = 0; i < made.Length; i++)
            {
                AssertSame(made[i], slice, slice.Events[i]);
            }
        }
    }

    [Fact]
    public void KeysFollowTimeThenRank()
    {
        var slice = new RoomSlice();
        slice.Reset(5000);
        (EventType Type, long TimeMs, bool Moved)[] ordered =
        [
            (EventType.Start, 5000, false), (EventType.Like, 5000, false), (EventType.Payment, 5000, true), (EventType.Leave, 5000, false),
            (EventType.Start, 5999, true), (EventType.Enter, 5999, false), (EventType.End, 5999, true), (EventType.Leave, 5999, false),
        ];
        var keys = ordered.Select(e => slice.KeyOf(new RoomEvent { Type = e.Type, TimeMs = e.TimeMs, Moved = e.Moved })).ToList();
        Assert.Equal(keys.Order().Distinct(), keys);
        Assert.Equal(RoomSlice.Keys - 1, keys[^1]);
    }

    private static TestEvent[] Events(Random random, long startMs, bool ordered)
    {
        var events = Enumerable.Range(0, random.Next(1, 300)).Select(i => new TestEvent((EventType)random.Next(EventTypes.Count), startMs + random.Next(1000))
        {
            Product = "p", Order = new string('訂', random.Next(20)), Amount = random.Next(), Id = $"{i}",
        });
        return [.. ordered ? events.OrderBy(e => e.TimeMs).ThenBy(e => e.Type == EventType.Start ? 0 : e.Type == EventType.Leave ? 3 : 1) : events];
    }

    private static void AssertSame(TestEvent expected, RoomSlice slice, RoomEvent e)
    {
        Assert.Equal((expected.Type, expected.TimeMs, 77), (e.Type, e.TimeMs, e.Product));
        if (EventTypes.IsTrade(expected.Type))
        {
            var detail = slice.Details[e.Detail];
            Assert.Equal((expected.Amount, expected.Order), (detail.Value, Encoding.UTF8.GetString(slice.Text, detail.OrderOffset, detail.OrderLength)));
            Assert.NotEqual(0u, detail.Id);
        }
    }
}
