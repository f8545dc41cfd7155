using LiveStream.Metrics.Snapshots;
using LiveStream.Publish.Redis;

namespace LiveStream.Publish.Tests.Redis;

public sealed class ScreenFieldsTests
{
    [Theory]
    [InlineData(1, 3, "3333")]
    [InlineData(2, 3, "6667")]
    [InlineData(1, 20_000, "1")]
    [InlineData(1, 20_001, "0")]
    [InlineData(0, 5, "0")]
    [InlineData(5, 0, "")]
    public void Ratios_are_rounded_to_ten_thousandths_and_empty_when_null(long numerator, long denominator, string expected)
    {
        var window = new WindowFigures("session") { InteractingViewers = numerator, Viewers = denominator };
        Assert.Equal(expected, Field(window, "interactionRate"));
    }

    [Theory]
    [InlineData(9999, 2, "5000")]
    [InlineData(9998, 4, "2500")]
    [InlineData(-3, 2, "-1")]
    [InlineData(-5, 3, "-2")]
    [InlineData(1, 0, "")]
    public void Money_is_rounded_half_up_to_minor_units(long gmv, long buyers, string expected)
    {
        var window = new WindowFigures("session");
        window.Trade.GmvMinor = gmv;
        window.Trade.Buyers = buyers;
        Assert.Equal(expected, Field(window, "arppu"));
    }

    [Fact]
    public void Sums_beyond_64_bits_are_whole()
    {
        var window = new WindowFigures("session");
        window.Trade.GmvMinor = Int128.Parse("170141183460469231731");
        Assert.Equal("170141183460469231731", Field(window, "gmv"));
    }

    [Fact]
    public void Retention_is_that_of_the_ten_minute_window_or_empty()
    {
        var session = new WindowFigures("session");
        Assert.Equal("", Field(session, "retention10m"));
        Assert.Equal("7500", Field(session, "retention10m", new WindowFigures("10m") { Retention = new Ratio(3, 4) }));
    }

    private static string? Field(WindowFigures session, string name, params WindowFigures[] before)
    {
        var snapshot = new SessionSnapshot { Windows = [.. before, session] };
        return ScreenFields.Values(snapshot, "", "s1", "live")[Array.IndexOf(ScreenFields.Names, name)];
    }
}
