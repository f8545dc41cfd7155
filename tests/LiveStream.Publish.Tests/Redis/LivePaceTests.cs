using LiveStream.Publish.Redis;

namespace LiveStream.Publish.Tests.Redis;

public sealed class LivePaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0.0, 25)]
    [InlineData(0.09, 25)]
    [InlineData(0.2, 50)]
    [InlineData(0.3, 75)]
    [InlineData(40, 100)]
    public void The_interval_stretches_with_the_time_that_live_numbers_take(double load, int expectedMs)
    {
        var pace = new LivePace(25);
        pace.Spent(load * Second, 10_000_000);
        pace.Update(Second);
        Assert.Equal(expectedMs, pace.IntervalMs);
        Assert.Equal(expectedMs > 25, pace.Stretched);
    }

    [Fact]
    public void It_settles_where_the_budget_is_kept_and_comes_back()
    {
        var pace = new LivePace(25);
        for (var i = 0; i < 20; i++)
        {
            pace.Spent(0.2 * (25.0 / pace.IntervalMs) * Second, 50_000);
            pace.Update(Second);
        }

        Assert.InRange(pace.IntervalMs, 50, 72);
        for (var i = 0; i < 20; i++)
        {
            pace.Update(Second);
        }

        Assert.Equal(25, pace.IntervalMs);
    }

    [Fact]
    public void Time_that_no_room_takes_is_not_counted()
    {
        var pace = new LivePace(25);
        pace.Spent(Second, 4000);
        pace.Update(Second);
        Assert.Equal(25, pace.IntervalMs);
        pace.Spent(Second, 10_000);
        pace.Update(Second);
        Assert.Equal(50, pace.IntervalMs);
    }

    [Theory]
    [InlineData(1000, 0, true)]
    [InlineData(999, 0, false)]
    [InlineData(1000, 5000, true)]
    [InlineData(1000, long.MinValue / 2, true)]
    public void A_clock_that_was_set_back_holds_nothing_up(long nowMs, long lastMs, bool expected) =>
        Assert.Equal(expected, LivePace.IsDue(nowMs, lastMs, 1000));

    [Fact]
    public void It_never_stretches_beyond_200_ms()
    {
        var pace = new LivePace(25);
        for (var i = 0; i < 20; i++)
        {
            pace.Spent(Second, 50_000);
            pace.Update(Second);
        }

        Assert.Equal(LivePace.MostMs, pace.IntervalMs);
    }
}
