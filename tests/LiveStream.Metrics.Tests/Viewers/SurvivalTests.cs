using LiveStream.Metrics.Events;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Viewers;

/// <summary>Against the definition, over the list of all events.</summary>
public sealed class SurvivalTests
{
    private static readonly int[] Minutes = [1, 3, 5, 10, 30];

    [Theory]
    [InlineData(1, 300)]
    [InlineData(2, 60)]
    [InlineData(3, 3000)]
    public void CountsWhoWasSeenAgainAfterEachTime(int seed, int perEvent)
    {
        var random = new Random(seed);
        var survival = new Survival();
        var snapshot = new SessionSnapshot();
        var rows = new Dictionary<int, ViewerRow>();
        var seen = new List<(int AtMs, int User, EventType Type)>();
        for (var second = 0; second < 12_000; second++)
        {
            // Nothing for more than half an hour, and the seconds behind that are left out.
            second += second == 8000 ? random.Next(1000) : 0;
            survival.Open(second);
            for (var i = 0; (second < 5900 || second > 9000) && i < 3; i++)
            {
                if (random.Next(perEvent) < 3)
                {
                    Take(survival, rows, seen, (second * 1000) + (300 * i) + random.Next(300), random);
                }
            }

            survival.Advance(second);
            if (random.Next(500) == 0)
            {
                var copy = new Survival();
                Made.HandOver(survival.Save, copy.Restore);
                survival = copy;
            }

            if (random.Next(50) == 0)
            {
                survival.Fill(snapshot);
                Assert.Equal(Expected(seen, (second + 1) * 1000), snapshot.Survival);
            }
        }

        Assert.All(snapshot.Survival, row => Assert.True(row.Retained.Numerator > 0 && row.Retained.Numerator < row.Retained.Denominator));
    }

    [Theory]
    [InlineData(60_000, 1)]
    [InlineData(59_999, 0)]
    public void AThresholdIsPassedToTheMillisecond(int laterMs, int survived)
    {
        var survival = new Survival();
        var row = default(ViewerRow);
        survival.Open(0);
        row.BeginActivity(900);
        survival.Begin();
        survival.Advance(0);
        for (var second = 1; second < 61; second++)
        {
            survival.Open(second);
            if (second == (900 + laterMs) / 1000)
            {
                survival.Observe(ref row, 900 + laterMs);
            }

            survival.Advance(second);
        }

        var snapshot = new SessionSnapshot();
        survival.Fill(snapshot);
        Assert.Equal(new SurvivalFigures(1, new Ratio(survived, 1)), snapshot.Survival[0]);
        Assert.Equal(new SurvivalFigures(30, new Ratio(0, 0)), snapshot.Survival[4]);
    }

    private static void Take(Survival survival, Dictionary<int, ViewerRow> rows, List<(int AtMs, int User, EventType Type)> seen, int atMs, Random random)
    {
        var user = random.Next(4) == 0 ? random.Next(100_000) : random.Next(40);
        var type = random.Next(4) == 0 ? EventType.Leave : EventType.Like;
        if (!rows.TryGetValue(user, out var row))
        {
            // Who only leaves has not been active.
            type = EventType.Like;
            row.BeginActivity(atMs);
            survival.Begin();
        }
        else
        {
            survival.Observe(ref row, atMs);
        }

        rows[user] = row;
        seen.Add((atMs, user, type));
    }

    private static IEnumerable<SurvivalFigures> Expected(List<(int AtMs, int User, EventType Type)> seen, int asOfMs)
    {
        var users = seen.Where(e => e.AtMs < asOfMs).GroupBy(e => e.User)
            .Select(g => (First: g.First(e => e.Type != EventType.Leave).AtMs, Last: g.Last().AtMs)).ToList();
        return Minutes.Select(k => new SurvivalFigures(k, new Ratio(
            users.Count(u => u.First < asOfMs - (k * 60_000) && u.Last >= u.First + (k * 60_000)),
            users.Count(u => u.First < asOfMs - (k * 60_000)))));
    }
}
