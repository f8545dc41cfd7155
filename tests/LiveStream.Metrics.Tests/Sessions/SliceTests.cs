using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Tests.Sessions;

public sealed class SliceTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 1000)]
    [InlineData(4, 1)]
    public void TwinsAreOfOneViewerAtOneTime(int seed, int spreadMs)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            RoomEvent[] events =
            [
                .. Enumerable.Range(0, random.Next(1, 40))
                    .Select(_ => Made.Event((EventType)random.Next(3), 7000 + random.Next(spreadMs), random.Next(4))).OrderBy(e => e.TimeMs),
            ];
            var types = (uint)random.Next(8);
            bool AreTwins(int i, int k) =>
                events[i].Viewer == events[k].Viewer && events[i].TimeMs == events[k].TimeMs && (types >> (int)events[k].Type & 1) != 0;

            var slice = Made.Slice(events);
            for (var i = 0; i < events.Length; i++)
            {
                var (next, previous) = (-1, -1);
                for (var k = 0; k < events.Length; k++)
                {
                    next = k > i && next < 0 && AreTwins(i, k) ? k : next;
                    previous = k < i && AreTwins(i, k) ? k : previous;
                }

                Assert.Equal((next, previous), (slice.NextTwin(i, types), slice.PreviousTwin(i, types)));
                Assert.Equal(events[i].TimeMs, slice.OffsetMs(events[i]));
            }
        }
    }
}
