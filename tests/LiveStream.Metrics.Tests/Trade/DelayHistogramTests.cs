using LiveStream.Metrics.Trade;

namespace LiveStream.Metrics.Tests.Trade;

public sealed class DelayHistogramTests
{
    [Theory]
    [InlineData(1, 300)]
    [InlineData(2, 90_000)]
    [InlineData(3, int.MaxValue)]
    public void QuantilesAreNearestRanksOfTheRoundedValues(int seed, int largest)
    {
        var random = new Random(seed);
        var histogram = new DelayHistogram();
        Assert.Equal((0, null), (histogram.Figures.Count, histogram.Figures.Mean.Value));
        var values = new List<long>();
        for (var n = 1; n <= 400; n++)
        {
            var value = random.Next(20) == 0 ? largest : random.Next(largest);
            histogram.Add(value);
            values.Add(value);
            var rounded = values.Select(RoundedDown).Order().ToArray();
            var figures = histogram.Figures;
            Assert.Equal((n, values.Sum()), (figures.Count, (long)figures.Mean.Numerator));
            Assert.Equal((Rank(rounded, 50), Rank(rounded, 90)), (figures.P50Ms, figures.P90Ms));
        }
    }

    [Fact]
    public void TheLargestDelayFits()
    {
        var histogram = new DelayHistogram();
        histogram.Add(int.MaxValue);
        Assert.Equal(255L << 23, histogram.Figures.P50Ms);
    }

    private static long Rank(long[] sorted, int percent) => sorted[(int)Math.Ceiling(sorted.Length * percent / 100m) - 1];

    private static long RoundedDown(long value)
    {
        var dropped = 0;
        for (; value >= 256; dropped++)
        {
            value >>= 1;
        }

        return value << dropped;
    }
}
