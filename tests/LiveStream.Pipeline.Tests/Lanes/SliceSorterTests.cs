using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Tests.Lanes;

public sealed class SliceSorterTests
{
    [Fact]
    public void GroupsByRoomAndOrdersByTimeAndRank()
    {
        var random = new Random(11);
        var sorter = new SliceSorter();
        for (var round = 0; round < 60; round++)
        {
            // Few events are sorted by comparison, many by counting; both sizes of room occur in one slice.
            var rooms = random.Next(1, 600);
            var events = Enumerable.Range(0, random.Next(1, 2000)).Select(i => new RoomEvent
            {
                Room = random.Next(2) == 0 ? 0 : random.Next(rooms),
                TimeMs = 5000 + random.Next(round % 2 == 0 ? 1000 : 3),
                Type = (EventType)random.Next(EventTypes.Count),
                Moved = random.Next(5) == 0,
                Viewer = (ulong)i,
            }).ToArray();
            sorter.Group(events, rooms);
            Assert.Equal(events.Select(e => e.Room).Distinct(), sorter.Rooms.ToArray());
            for (var n = 0; n < sorter.Rooms.Length; n++)
            {
                var room = sorter.Rooms[n];
                var expected = events.Where(e => e.Room == room).OrderBy(e => e.TimeMs).ThenBy(e => e.Rank);
                Assert.Equal(expected.Select(e => e.Viewer), sorter.Take(events, n, 5000).ToArray().Select(e => e.Viewer));
            }
        }
    }
}
