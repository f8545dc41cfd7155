using LiveStream.App.Simulate;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Tests.Simulate;

public sealed class ShowGeneratorTests
{
    private static readonly SimulationOptions Options = SimulationOptions.For(Workload.Show) with { Minutes = 30, Disorder = 0 };

    private static readonly Lazy<List<SimulatedEvent>> Evening = new(() => Made.Events(new ShowGenerator(Options)));

    [Fact]
    public void TimeNeverFallsAndTheRoomOpensFirst()
    {
        Assert.Equal(EventType.Start, Evening.Value[0].Type);
        Assert.Equal(Options.FirstMs, Evening.Value[0].TimeMs);
        Assert.All(Evening.Value.Zip(Evening.Value.Skip(1)), pair => Assert.True(pair.First.SendMs <= pair.Second.SendMs));
        Assert.Single(Evening.Value, e => e.Type == EventType.End && e.TimeMs == Options.FirstMs + (30 * 60_000));
    }

    [Fact]
    public void NothingIsPaidUnorderedRefundedUnpaidOrCancelledAndPaid()
    {
        var ordered = new HashSet<(int, long, int)>();
        var paid = new HashSet<(int, long, int)>();
        foreach (var e in Evening.Value)
        {
            var line = (e.Viewer, e.Order, e.Product);
            switch (e.Type)
            {
                case EventType.Order:
                    Assert.True(ordered.Add(line));
                    break;
                case EventType.Payment:
                    Assert.Contains(line, ordered);
                    Assert.True(paid.Add(line));
                    break;
                case EventType.Refund:
                    Assert.Contains(line, paid);
                    break;
                case EventType.Cancel:
                    Assert.Contains(line, ordered);
                    Assert.DoesNotContain(line, paid);
                    break;
            }
        }

        Assert.NotEmpty(paid);
        Assert.InRange(paid.Count, ordered.Count / 2, ordered.Count);
    }

    [Fact]
    public void PeopleEnterBeforeTheyActAndNoProductIsOversold()
    {
        var entered = new HashSet<int>();
        var left = new Dictionary<int, int>();
        foreach (var e in Evening.Value)
        {
            if (e.Type == EventType.Enter)
            {
                entered.Add(e.Viewer);
            }
            else if (EventTypes.IsViewer(e.Type))
            {
                Assert.Contains(e.Viewer, entered);
            }
            else if (e.Type == EventType.Stock)
            {
                left[e.Product] = e.StockUnits;
            }

            if (e.Type == EventType.Payment)
            {
                left[e.Product] -= e.Quantity;
                Assert.True(left[e.Product] >= 0);
            }
        }
    }

    [Fact]
    public void SharesOfTheEveningArePlausible()
    {
        var users = Evening.Value.Where(e => EventTypes.IsViewer(e.Type)).GroupBy(e => e.Type).ToDictionary(g => g.Key, g => g.Select(e => e.Viewer).Distinct().Count());
        var viewers = users[EventType.Enter];

        Assert.InRange(viewers, 6 * 60 * 30 * 0.7, 6 * 60 * 30 * 1.5);
        Assert.InRange(users[EventType.Payment] / (double)viewers, 0.01, 0.12);
        Assert.True(users[EventType.Click] > users[EventType.Cart] && users[EventType.Cart] > users[EventType.Order] && users[EventType.Order] > users[EventType.Payment]);
        Assert.All([EventType.Like, EventType.Barrage, EventType.Share, EventType.Follow, EventType.Gift, EventType.Vote, EventType.Lottery, EventType.Leave], type => Assert.True(users[type] > 0));
    }

    [Fact]
    public void ExplanationsMultiplyTheClicksOnTheirProductByTheKnownFactor()
    {
        // Many people, so that the number is sharp: clicks per viewer-second on the best product, explained against not.
        var options = SimulationOptions.For(Workload.Show) with { Minutes = 20, Viewers = 60_000, Disorder = 0, ExplainAtMs = SimulationOptions.FixedStartMs + 600_000 };
        var events = Made.Events(new ShowGenerator(options));
        var start = events.First(e => e.Type == EventType.ExplainStart && e.TimeMs >= options.ExplainAtMs);
        Assert.Equal((options.ExplainAtMs, 0), (start.TimeMs, start.Product));

        double Clicks(long fromMs, long toMs) => events.Count(e => e.Type == EventType.Click && e.Product == 0 && e.TimeMs >= fromMs && e.TimeMs < toMs);
        Assert.DoesNotContain(events, e => e.Type == EventType.ExplainStart && e.TimeMs > start.TimeMs - 40_000 && e.TimeMs < start.TimeMs);
        Assert.DoesNotContain(events, e => e.Type is EventType.Script or EventType.Marker && Math.Abs(e.TimeMs - start.TimeMs) < 40_000);
        var ratio = Clicks(start.TimeMs, start.TimeMs + 40_000) / Clicks(start.TimeMs - 40_000, start.TimeMs);
        Assert.InRange(ratio, ShowGenerator.ExplainFactor * 0.75, ShowGenerator.ExplainFactor * 1.3);
    }

    [Fact]
    public void AProductCanBeExplainedOnDemandWhileTimeRuns()
    {
        var show = new ShowGenerator(Options with { Minutes = null });
        var nowMs = Options.FirstMs + (10 * 60_000);
        var e = default(SimulatedEvent);
        while (show.TryNext(nowMs, ref e))
        {
            Assert.True(e.SendMs <= nowMs);
        }

        show.ExplainAt(nowMs + 15_000);
        var explained = new List<SimulatedEvent>();
        while (show.TryNext(nowMs + 20_000, ref e))
        {
            if (e.Type is EventType.ExplainStart or EventType.ExplainEnd)
            {
                explained.Add(e);
            }
        }

        Assert.Equal((EventType.ExplainStart, nowMs + 15_000, 0), (explained[^1].Type, explained[^1].TimeMs, explained[^1].Product));
        Assert.False(show.Ended);
    }

    [Theory]
    [InlineData(3000, 1)]
    [InlineData(300, 3)]
    public void RateAndViewersDecideHowManyCome(int rate, int rooms)
    {
        var byRate = Made.Events(new ShowGenerator(Options with { Rate = rate, Rooms = rooms, Minutes = 10 }));
        var byViewers = Made.Events(new ShowGenerator(Options with { Viewers = 5000, Rooms = rooms, Minutes = 20 }));

        Assert.InRange(byRate.Count, rate * 600 * 0.4, rate * 600 * 1.4);
        Assert.InRange(byViewers.Select(e => e.Viewer).Distinct().Count(), 4000, 6500);
        Assert.Equal(rooms, byViewers.Select(e => e.Room).Distinct().Count());
    }
}
