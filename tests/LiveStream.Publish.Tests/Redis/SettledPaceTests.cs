using LiveStream.Publish.Redis;

namespace LiveStream.Publish.Tests.Redis;

public sealed class SettledPaceTests
{
    private const int Every = 1000;

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(600)]
    public void A_lane_that_comes_early_or_late_writes_a_room_once_a_second_all_the_same(int lateAtMost)
    {
        var random = new Random(lateAtMost);
        var pace = new SettledPace();
        var written = new List<long>();
        long owedUntil = 0;
        for (long second = 1; second <= 200; second++)
        {
            // The lane comes to the room once a second, and when it was told to come again, each time some time late.
            foreach (var atMs in (long[])[owedUntil, (second * Every) + random.Next(lateAtMost + 1)])
            {
                if (atMs == 0 || atMs < (written.Count > 0 ? written[^1] : 0))
                {
                    continue;
                }

                var waitMs = pace.WaitMs(atMs, Every);
                owedUntil = waitMs == 0 ? 0 : atMs + waitMs + random.Next(lateAtMost / 4 + 1);
                if (waitMs == 0)
                {
                    pace.Take(atMs, Every);
                    written.Add(atMs);
                }
            }
        }

        Assert.InRange(written.Count, 195, 211);
        Assert.All(written.Zip(written.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 400, 2000));
        for (var i = 0; i + 10 < written.Count; i++)
        {
            Assert.True(written[i + 10] - written[i] >= 8_900, $"{written[i]}..{written[i + 10]}");
        }
    }

    [Fact]
    public void Turns_between_two_seconds_move_until_each_second_is_written_when_it_is_settled()
    {
        var pace = new SettledPace();
        pace.Take(600, Every);
        long lateness = 0;
        for (long settledMs = 1000; settledMs <= 30_000; settledMs += 1000)
        {
            lateness = pace.WaitMs(settledMs, Every);
            pace.Take(settledMs + lateness, Every);
        }

        Assert.Equal(0, lateness);
    }

    [Fact]
    public void The_first_turn_is_now_and_the_next_a_distance_later()
    {
        var pace = new SettledPace();
        Assert.Equal(0, pace.WaitMs(5_000, Every));
        pace.Take(5_000, Every);
        Assert.Equal(900, pace.WaitMs(5_000, Every));
        pace.Take(5_900, Every);
        Assert.Equal(1, pace.WaitMs(6_849, Every));
        Assert.Equal(0, pace.WaitMs(6_850, Every));
        pace.Take(60_000, Every);
        Assert.Equal(900, pace.WaitMs(60_000, Every));
    }

    [Fact]
    public void A_clock_that_was_set_back_holds_nothing_up()
    {
        var pace = new SettledPace();
        pace.Take(100_000_000, Every);
        Assert.Equal(0, pace.WaitMs(5_000, Every));
        pace.Take(5_000, Every);
        Assert.InRange(pace.WaitMs(5_001, Every), 1, Every);
    }
}
