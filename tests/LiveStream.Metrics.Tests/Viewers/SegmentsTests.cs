using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Viewers;

/// <summary>Against sets of users taken from the list of all activities.</summary>
public sealed class SegmentsTests
{
    private const int SegmentMs = 600_000;

    [Theory]
    [InlineData(1, 0, 20_000)]
    [InlineData(2, 999, 200_000)]
    [InlineData(3, 437, 1_500_000)]
    [InlineData(4, 1, 5_000_000)]
    public void EachSegmentCountsItsUsersAndThoseOfTheNextOne(int seed, int startMs, int largestGapMs)
    {
        var random = new Random(seed);
        var segments = new Segments(startMs);
        var snapshot = new SessionSnapshot { StartMs = startMs };
        var last = new int?[20];
        var active = new List<(int AtMs, int User)>();
        var atMs = startMs;
        var asOfMs = 1000;
        for (var i = 0; i < 1000 && atMs < 80_000_000; i++)
        {
            for (; asOfMs <= atMs; asOfMs += 1000)
            {
                // Not every T is asked for.
                if (random.Next(Math.Max(1, largestGapMs / 10_000)) == 0)
                {
                    snapshot.AsOfMs = asOfMs;
                    segments.Fill(snapshot);
                    Assert.Equal(Expected(active, startMs, asOfMs), snapshot.Segments);
                }
            }

            if (random.Next(100) == 0)
            {
                var copy = new Segments(startMs);
                Made.HandOver(segments.Save, copy.Restore);
                segments = copy;
            }

            var user = random.Next(random.Next(2) == 0 ? 3 : last.Length);
            if (last[user] is { } before)
            {
                segments.Observe(before, atMs);
            }
            else
            {
                segments.Begin(atMs);
            }

            last[user] = atMs;
            active.Add((atMs, user));
            atMs += random.Next(10) == 0 ? random.Next(largestGapMs) : random.Next(5000);
        }

        Assert.True(snapshot.Segments.Count >= 5 && snapshot.Segments.Exists(s => s.Retained.Numerator > 0));
    }

    [Fact]
    public void ABorderBelongsToTheSegmentThatBeginsThere()
    {
        var segments = new Segments(500);
        var snapshot = new SessionSnapshot { StartMs = 500 };
        segments.Begin(500);
        segments.Observe(500, 500 + SegmentMs - 1);
        segments.Observe(500 + SegmentMs - 1, 500 + SegmentMs);
        segments.Begin(500 + (2 * SegmentMs));
        Fill(segments, snapshot, 2 * SegmentMs);
        Assert.Equal([(0, 1L, new Ratio(1, 1), true), (1, 1L, new Ratio(0, 1), true)], Listed(snapshot));
        Fill(segments, snapshot, (2 * SegmentMs) + 1000);
        Assert.Equal([(0, 1L, new Ratio(1, 1), false), (1, 1L, new Ratio(0, 1), true), (2, 1L, new Ratio(0, 1), true)], Listed(snapshot));
    }

    private static void Fill(Segments segments, SessionSnapshot snapshot, long asOfMs)
    {
        snapshot.AsOfMs = asOfMs;
        segments.Fill(snapshot);
    }

    private static IEnumerable<(int, long, Ratio, bool)> Listed(SessionSnapshot snapshot) =>
        snapshot.Segments.Select(s => (s.Index, s.Viewers, s.Retained, s.Open));

    private static List<SegmentFigures> Expected(List<(int AtMs, int User)> active, long startMs, long asOfMs)
    {
        var users = active.GroupBy(a => (int)((a.AtMs - startMs) / SegmentMs)).ToDictionary(g => g.Key, g => g.Select(a => a.User).ToHashSet());
        var figures = new List<SegmentFigures>();
        for (var k = 0; startMs + ((long)k * SegmentMs) < asOfMs; k++)
        {
            var own = users.GetValueOrDefault(k, []);
            var next = users.GetValueOrDefault(k + 1, []);
            figures.Add(new SegmentFigures(k, own.Count, new Ratio(own.Count(next.Contains), own.Count), asOfMs < startMs + ((k + 2L) * SegmentMs)));
        }

        return figures;
    }
}
