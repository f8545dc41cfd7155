using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Viewers;

/// <summary>Against sets of users taken from the list of all activities.</summary>
public sealed class RetentionTests
{
    private const int Users = 30;

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 5, 10 })]
    [InlineData(3, new[] { 2, 7 })]
    [InlineData(4, new[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(5, new[] { 3, 30 })]
    public void IsTheShareOfTheWindowBeforeThatIsInThisOne(int seed, int[] minutes)
    {
        var random = new Random(seed);
        var windows = Made.Windows(minutes);
        var origin = random.Next(100_000);
        var retention = new Retention(windows, origin);
        var figures = windows.Select(w => new WindowFigures(w.Name) { Retention = new Ratio(0, 0) }).ToArray();
        var last = new int?[Users];
        var active = new List<(int Second, int User)>();
        var longest = windows[^1].Seconds;
        for (var second = 0; second < longest * 7; second++)
        {
            // From time to time nothing happens for so long that seconds are left out.
            var quiet = second > longest && second < longest * 4;
            second += second == longest * 7 / 2 ? random.Next(longest / 3) : 0;
            retention.Open(second);
            foreach (var user in Enumerable.Range(0, Users).Where(_ => !quiet && random.Next(longest) < 4))
            {
                // A burst: some are seen again at once, some never.
                active.Add((second, user));
                if (last[user] is { } before)
                {
                    retention.Pair(before, second);
                }

                last[user] = second;
            }

            if (random.Next(longest / 2) == 0)
            {
                var copy = new Retention(windows, origin);
                Made.HandOver(retention.Save, copy.Restore);
                retention = copy;
            }

            for (var w = 0; w < windows.Length; w++)
            {
                if (windows[w].SlidesAt(origin + second + 1))
                {
                    figures[w].Viewers = In(active, second + 1 - windows[w].Seconds, second + 1).Count;
                    retention.Slide(w, second, figures[w]);
                    Assert.Equal(Expected(active, windows[w], origin, second + 1), figures[w].Retention);
                }
            }
        }

        Assert.All(figures, f => Assert.True(f.Retention?.Denominator > 0));
    }

    private static Ratio Expected(List<(int Second, int User)> active, WindowSpec window, int origin, int t)
    {
        var slid = t - ((origin + t) % window.TenthSeconds);
        var a = In(active, slid - (2 * window.Seconds), slid - window.Seconds);
        var b = In(active, slid - window.Seconds, slid);
        return new Ratio(a.Count(b.Contains), a.Count);
    }

    private static HashSet<int> In(List<(int Second, int User)> active, int from, int to) =>
        [.. active.Where(x => x.Second >= from && x.Second < to).Select(x => x.User)];
}
