using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>Sums, times and borders at their limits.</summary>
public sealed class LimitTests
{
    private const long LargestTs = 253_402_300_799_999;

    [Fact]
    public void MoneyBeyond64BitsIsExactEverywhere()
    {
        const long Large = 1L << 62;
        var lane = new SingleLane();
        lane.Take(new TestEvent(EventType.ExplainStart, 10_000) { Product = "p" });
        lane.Take(Enumerable.Range(0, 12).Select(i => TestEvent.Payment(10_001 + i, Large, $"{i}") with { Product = "p", Quantity = 1_000_000 }));
        lane.Take(Enumerable.Range(0, 4).Select(i => new TestEvent(EventType.Refund, 10_500 + i) { Amount = Large }));
        var sum = (Int128)Large * 12;
        lane.Group.HandOutLive(0, 0);
        Assert.Equal(sum, lane.Sink.Live[^1].GmvMinor);
        lane.Settle(11_000).Group.HandOutLive(0, 0);
        Assert.Equal(sum, lane.Sink.Live[^1].GmvMinor);
        foreach (var path in new[] { "SessionWindow.Trade.GmvMinor", "Windows.0.Trade.GmvMinor", "Explains.0.GmvMinor" })
        {
            Assert.Equal(sum.ToString(), lane.Sink.Last.At(path).GetRawText());
        }

        Assert.Equal(((Int128)Large * 8).ToString(), lane.Sink.Last.At("SessionWindow.Trade.NetGmvMinor").GetRawText());
        Assert.Equal((sum * 1000).ToString(), lane.Sink.Last.At("SessionWindow.Gpm.Numerator").GetRawText());
        Assert.Equal(12_000_000, lane.Sink.Last.Number("SessionWindow.Trade.Units"));
        lane.Settle(80_000);
        Assert.Equal(0, lane.Sink.Last.Number("Windows.0.Trade.GmvMinor"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TheFirstAndTheLastTimeThereIsGiveTheNumbersOfAnyOther(int seed)
    {
        // Whole hours, so that every window's borders lie alike.
        var events = RandomLog.Create(seed, 250, startMs: 1).Where(e => e.Type != EventType.Start || e.Session.Length > 0).ToList();
        var last = events[^1].TimeMs;
        var atBegin = Run(events, 0);
        Assert.Equal(atBegin, Run(events, 3_600_000L * 400_000));
        Assert.Equal(atBegin, Run(events, (LargestTs - last) / 3_600_000 * 3_600_000));
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(10_001)]
    [InlineData(10_999)]
    public void AViewerIsOnlineUntilTheTimeoutAndNotAMillisecondLonger(long ts)
    {
        var lane = new SingleLane();
        lane.Take(new TestEvent(EventType.Enter, ts)).Settle(70_000);
        Assert.Equal((1, 0), (lane.Sink.Last.Number("Online.Now"), lane.Sink.Last.Number("SessionWindow.Leaves")));
        lane.Settle(71_000);
        Assert.Equal((0, 1), (lane.Sink.Last.Number("Online.Now"), lane.Sink.Last.Number("SessionWindow.Leaves")));
    }

    [Theory]
    [InlineData(70_500, 1, 0, 60_000)]
    [InlineData(70_501, 2, 1, 0)]
    public void AnEventAtTheTimeoutIsTheSameVisitOneLaterIsAnother(long ts, long entries, long leaves, long stayMs)
    {
        var lane = new SingleLane();
        lane.Take(new TestEvent(EventType.Enter, 10_500), new TestEvent(EventType.Like, ts)).Settle(71_000);
        Assert.Equal((entries, leaves), (lane.Sink.Last.Number("SessionWindow.Entries"), lane.Sink.Last.Number("SessionWindow.Leaves")));
        Assert.Equal((1, stayMs), (lane.Sink.Last.Number("Online.Now"), lane.Sink.Last.Number("Whole.AverageStayMs.Numerator")));
    }

    private static List<string> Run(List<TestEvent> events, long shiftMs)
    {
        var options = new EngineOptions { WindowMinutes = [1, 10, 60], SessionIdleMinutes = 5, PresenceTimeoutMs = 30_000 };
        var lane = new SingleLane(options, SnapshotCadence.Replay(10_000));
        lane.Take(events.Select(e => e with { TimeMs = e.TimeMs + shiftMs })).Settle((events[^1].TimeMs + shiftMs + 1000) / 1000 * 1000).Finish();
        string[] parts = ["Applied", "Windows", "Segments", "Survival", "Whole", "Explains", "Stock", "Names", "Online.Average"];
        return [.. lane.Sink.Snapshots.Select(s => $"{s.Room}/{s.Session} {s.StartMs - shiftMs}..{s.AsOfMs - shiftMs}: " + string.Join('\n', parts.Select(p => s.At(p).GetRawText())))];
    }
}
