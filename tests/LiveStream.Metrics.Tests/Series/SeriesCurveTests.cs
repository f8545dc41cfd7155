using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Series;

public sealed class SeriesCurveTests
{
    [Theory]
    [InlineData(1_000_000_000, 1)]
    [InlineData(1_000_037_500, 2)]
    public void HasAPointEveryTenSecondsForAnHourAndEveryMinuteForADay(long startMs, int seed)
    {
        var random = new Random(seed);
        var names = new NameTable();
        var options = new EngineOptions();
        var session = new Session(options, names, names.Intern("r"u8), names.Intern("s"u8), startMs);
        var input = new SliceInput();
        var caps = new SessionCaps(9, 9);
        var counts = default(SettleCounts);
        var likes = new List<(long Ts, int Count)>();
        var end = startMs - (startMs % 1000) + (25 * 3_600_000) + 30_000;
        for (var ts = startMs; ts < end; ts += random.Next(1, 200_000))
        {
            RoomEvent[] events = [Made.Event(EventType.Like, ts, viewer: 1, count: random.Next(1, 9))];
            input.Set(ts / 1000 * 1000, 1u << (int)EventType.Like, [], []);
            session.Apply(events, input, caps, null, ref counts);
            Assert.Equal(likes.Count + 1, session.Applied);
            likes.Add((ts, events[0].Count));
        }

        session.AdvanceTo(end, null);
        var points = (SeriesPoint[])[.. session.Series.Coarse, .. session.Series.Fine];
        var newest = end / 10_000 * 10_000;
        Assert.InRange(session.Series.Fine.Length, 360, 365);
        Assert.Equal((23 * 60) - 1, session.Series.Coarse.Length);
        Assert.Equal(newest, points[^1].TimeMs);
        Assert.All(session.Series.Coarse.ToArray(), p => Assert.Equal(0, p.TimeMs % 60_000));
        for (var i = 1; i < points.Length; i++)
        {
            var (before, point) = (points[i - 1], points[i]);
            Assert.Equal(i < session.Series.Coarse.Length ? 60_000 : 10_000, point.TimeMs - before.TimeMs);
            Assert.Equal(likes.Where(l => l.Ts >= before.TimeMs && l.Ts < point.TimeMs).Sum(l => l.Count), point.Likes);
        }
    }
}
