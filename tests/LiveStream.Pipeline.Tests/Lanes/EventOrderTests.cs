using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Tests.Lanes;

[Collection(nameof(MeasuredAlone))]
public sealed class EventOrderTests
{
    // In order, a few late, a quarter late, everything in disorder: each has a way of its own, and one order serves slices of all kinds and sizes.
    [Fact]
    public void OrdersByTimeAndRankAndKeepsTheOrderOfArrivalWithin()
    {
        var random = new Random(11);
        var order = new EventOrder();
        var ways = new HashSet<(bool InOrder, bool FewLate)>();
        for (var round = 0; round < 600; round++)
        {
            double[] shares = [0, 0.01, 0.24, 0.26, 1];
            var slice = Slice(random, random.Next(1, round % 3 == 0 ? 40 : 1500), shares[round % 5], spread: round % 2 == 0 ? 1000 : 3);
            var events = slice.Events.ToArray();
            var expected = events.OrderBy(e => e.TimeMs).ThenBy(e => e.Rank).Select(e => e.Viewer).ToArray();
            ways.Add((slice.InOrder, LateOf(slice, events) <= Math.Max(16, events.Length / 4)));
            Assert.Equal(expected, order.Of(slice).ToArray().Select(e => e.Viewer));
        }

        Assert.Equal(3, ways.Count);
    }

    // A second of one room that every gateway stamped with the whole second.
    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(20_000)]
    public void EqualTimesKeepTheOrderOfArrival(int late)
    {
        var events = Enumerable.Range(0, late + 50).Select(i => new RoomEvent { Type = i < 50 ? EventType.Leave : EventType.Like, TimeMs = 5000, Viewer = (ulong)i, Detail = -1 });
        var slice = Slice(events);
        var ordered = new EventOrder().Of(slice).ToArray();
        Assert.Equal(Enumerable.Range(50, late).Concat(Enumerable.Range(0, 50)).Select(i => (ulong)i), ordered.Select(e => e.Viewer));
    }

    [Fact]
    public void AllocatesNothingOnceItHasSeenTheLargestSlice()
    {
        var random = new Random(3);
        var order = new EventOrder();
        RoomSlice[] slices = [.. new[] { 0, 0.02, 0.24, 1 }.Select(late => Slice(random, 2000, late, 1000))];
        Array.ForEach(slices, slice => order.Of(slice));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var slice in slices)
        {
            order.Of(slice);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static RoomSlice Slice(Random random, int count, double late, int spread)
    {
        var events = Enumerable.Range(0, count).Select(_ => new RoomEvent
        {
            TimeMs = 5000 + random.Next(spread), Type = (EventType)random.Next(EventTypes.Count), Moved = random.Next(5) == 0, Detail = -1,
        }).OrderBy(e => e.TimeMs).ThenBy(e => e.Rank).ToList();
        for (var i = (int)(count * late); i > 0; i--)
        {
            // Comes later than it should.
            var at = random.Next(events.Count);
            var e = events[at];
            events.RemoveAt(at);
            events.Insert(random.Next(at, events.Count + 1), e);
        }

        return Slice(events.Select((e, i) =>
        {
            e.Viewer = (ulong)i;
            return e;
        }));
    }

    private static RoomSlice Slice(IEnumerable<RoomEvent> events)
    {
        var slice = new RoomSlice();
        var none = new EventBatch(1);
        slice.Reset(5000);
        foreach (var e in events)
        {
            slice.Append(e, none);
        }

        return slice;
    }

    private static int LateOf(RoomSlice slice, RoomEvent[] events)
    {
        var (late, largest) = (0, 0);
        foreach (var key in events.Select(e => slice.KeyOf(e)))
        {
            late += key < largest ? 1 : 0;
            largest = Math.Max(largest, key);
        }

        return late;
    }
}
