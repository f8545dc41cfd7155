using LiveStream.Metrics.Events;
using LiveStream.Metrics.Interaction;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Interaction;

public sealed class GiftersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void CountsTheUsersWithAGiftInTheWindow(int seed)
    {
        var random = new Random(seed);
        var (viewers, sides) = (new KeyTable<ViewerRow>(), new SideRows());
        var cells = new DistinctCells(Made.Windows(1), Column.Acting, Column.Funnels - Column.Acting, 0, 0);
        var gifters = new Gifters(viewers, sides, cells);
        for (var viewer = 1; viewer <= 30; viewer++)
        {
            viewers.Add((ulong)viewer);
        }

        var gifts = new List<(int Second, ulong Viewer)>();
        var values = new long[Column.Funnels];
        for (var second = 0; second < 200; second++)
        {
            cells.Open(second);

            // Viewers from 31 on have no row: there was no room for them.
            RoomEvent[] events =
            [
                .. Enumerable.Range(0, random.Next(1, 5)).Select(i =>
                    Made.Event(random.Next(3) == 0 ? EventType.Gift : EventType.Like, (second * 1000) + i, random.Next(1, 34))),
            ];
            gifters.Apply(Made.Slice(events));
            gifts.AddRange(events.Where(e => e.Type == EventType.Gift && e.Viewer <= 30).Select(e => (second, e.Viewer)));
            cells.Slide(0, values);
            Assert.Equal(gifts.Where(g => g.Second > second - 60).Select(g => g.Viewer).Distinct().Count(), values[Column.Gifters]);
            Assert.Equal(gifts.Select(g => g.Viewer).Distinct().Count(), cells.Total(Column.Gifters));
        }

        Assert.Equal(gifts.Select(g => g.Viewer).Distinct().Count(), sides.Count);
        Assert.Equal(1u << (int)EventType.Gift, gifters.Types);
    }
}
