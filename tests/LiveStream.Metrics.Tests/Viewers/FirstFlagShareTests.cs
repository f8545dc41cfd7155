using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Viewers;

public sealed class FirstFlagShareTests
{
    [Theory]
    [InlineData(1, EventType.Enter, ViewerFlags.NewViewerKnown)]
    [InlineData(2, EventType.Enter, ViewerFlags.NewViewerKnown)]
    [InlineData(3, EventType.Payment, ViewerFlags.NewBuyerKnown)]
    [InlineData(4, EventType.Payment, ViewerFlags.NewBuyerKnown)]
    public void TheFirstFlagCountsAndTrueWinsATie(int seed, EventType type, ViewerFlags known)
    {
        var random = new Random(seed);
        var share = new FirstFlagShare(type, known);
        var rows = new ViewerRow[40];
        var all = new List<RoomEvent>();
        for (var second = 0; second < 150; second++)
        {
            var events = Events(random, type, second);
            var slice = Made.Slice(events);
            for (var i = 0; i < events.Length; i++)
            {
                if (events[i].Type == type)
                {
                    share.Apply(slice, i, ref rows[events[i].Viewer]);
                }
            }

            all.AddRange(events);
            Assert.Equal(Expected(all, type), share.Share);
            var copy = new FirstFlagShare(type, known);
            Made.HandOver(share.Save, copy.Restore);
            share = copy;
        }

        Assert.InRange((long)share.Share.Numerator, 1, (long)share.Share.Denominator - 1);
    }

    private static RoomEvent[] Events(Random random, EventType type, int second)
    {
        var events = Enumerable.Range(0, random.Next(1, 30)).Select(_ =>
        {
            var e = Made.Event(random.Next(3) == 0 ? EventType.Like : type, (second * 1000) + random.Next(4), random.Next(40));
            e.NewViewer = (Flag)random.Next(3);
            e.NewBuyer = (Flag)random.Next(3);
            return e;
        });
        return [.. events.OrderBy(e => e.TimeMs)];
    }

    private static Ratio Expected(List<RoomEvent> all, EventType type)
    {
        var first = all.Where(e => e.Type == type && FlagOf(e, type) != Flag.Absent).GroupBy(e => e.Viewer)
            .Select(user => user.GroupBy(e => e.TimeMs).MinBy(g => g.Key)!.Any(e => FlagOf(e, type) == Flag.True)).ToList();
        return new Ratio(first.Count(isTrue => isTrue), first.Count);
    }

    private static Flag FlagOf(RoomEvent e, EventType type) => type == EventType.Enter ? e.NewViewer : e.NewBuyer;
}
