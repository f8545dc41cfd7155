using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Viewers;

/// <summary>Against visits put together from the list of all events, at every T.</summary>
public sealed class PresenceTests
{
    [Theory]
    [InlineData(1, 60_000)]
    [InlineData(2, 1_000)]
    [InlineData(3, 3_000)]
    [InlineData(4, 600_000)]
    public void VisitsOnlineAndStayAreThoseOfTheEvents(int seed, int timeoutMs)
    {
        var random = new Random(seed);
        var options = new EngineOptions { PresenceTimeoutMs = timeoutMs, WindowMinutes = [1] };
        var windows = WindowSpec.From(options);
        var sums = new WindowSums(windows);
        var cells = new DistinctCells(windows, Column.Sums, Column.Acting - Column.Sums, Presence.SecondsKept(options), 0);
        var (retention, segments, survival) = (new Retention(windows, 0), new Segments(0), new Survival());
        var presence = new Presence(options, sums, cells, retention, segments, survival);
        var rows = new Dictionary<int, ViewerRow>();
        var seen = new List<(int AtMs, int User, bool Leaves)>();
        var figures = new SessionFigures();
        for (var second = 0; second < Math.Max(300, timeoutMs / 1000 * 4); second++)
        {
            cells.Open(second);
            retention.Open(second);
            survival.Open(second);
            foreach (var atMs in Enumerable.Range(0, random.Next(random.Next(20) == 0 ? 8 : 2)).Select(_ => (second * 1000) + random.Next(1000)).Order())
            {
                Take(presence, rows, seen, atMs, second, random);
            }

            if (random.Next(50) == 0)
            {
                var copy = new Presence(options, sums, cells, retention, segments, survival);
                Made.HandOver(presence.Save, copy.Restore);
                presence = copy;
            }

            presence.Advance(second);
            survival.Advance(second);
            presence.Fill(figures);
            var visits = Visits(seen, timeoutMs, (second + 1) * 1000);
            Assert.Equal(visits.Count(v => v.EndMs is null), presence.OnlineNow);
            Assert.Equal((visits.Count, visits.Count(v => v.EndMs is not null)), (sums.Totals[Column.Entries], sums.Totals[Column.Leaves]));
            Assert.Equal(new Ratio(visits.Sum(v => v.StayMs), rows.Count), figures.AverageStayMs);
            Assert.Equal(new Ratio(visits.GroupBy(v => v.User).Count(g => g.Count() > 1), rows.Count), figures.Returning);
        }
    }

    private static void Take(
        Presence presence, Dictionary<int, ViewerRow> rows, List<(int AtMs, int User, bool Leaves)> seen, int atMs, int second, Random random)
    {
        var user = random.Next(15);
        var leaves = random.Next(4) == 0;
        var known = rows.TryGetValue(user, out var row);
        if (!known && leaves)
        {
            return;
        }

        if (leaves)
        {
            presence.Leave(ref row, atMs, second);
        }
        else if (known)
        {
            presence.Activate(ref row, atMs, second);
        }
        else
        {
            row.BeginActivity(atMs);
            presence.Begin(atMs);
        }

        rows[user] = row;
        seen.Add((atMs, user, leaves));
    }

    // A visit that silence will end at T or later is not over: it ends when its end lies before T.
    private static List<(int User, long StayMs, long? EndMs)> Visits(List<(int AtMs, int User, bool Leaves)> seen, int timeoutMs, int asOfMs)
    {
        var visits = new List<(int User, long StayMs, long? EndMs)>();
        foreach (var user in seen.GroupBy(e => e.User))
        {
            int? first = null;
            var last = 0;
            foreach (var (atMs, _, leaves) in user)
            {
                if (first is { } silent && atMs - last > timeoutMs)
                {
                    visits.Add((user.Key, last - silent, last + timeoutMs));
                    first = null;
                }

                if (leaves && first is { } begun)
                {
                    visits.Add((user.Key, atMs - begun, atMs));
                    first = null;
                }

                first = leaves ? null : first ?? atMs;
                last = atMs;
            }

            if (first is { } open)
            {
                visits.Add((user.Key, last - open, last + timeoutMs < asOfMs ? last + timeoutMs : null));
            }
        }

        return visits;
    }
}
