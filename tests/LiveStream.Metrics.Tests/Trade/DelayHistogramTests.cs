using LiveStream.Metrics.Snapshots;
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
            Check(values, histogram.Figures);
        }
    }

    // Each quantile walks on from where it stood when it was last read: far to the left, far to the right, or over cells without a block.
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void ReadsMayComeAtAnyTime(int seed, bool falling)
    {
        var random = new Random(seed);
        var histogram = new DelayHistogram();
        var values = new List<long>();
        for (var phase = 0; phase < 31; phase++)
        {
            var center = 1 << (falling ? 30 - phase : phase);
            for (var n = random.Next(40); n >= 0; n--)
            {
                values.Add(center + random.Next(center / 2 + 1));
                histogram.Add((int)values[^1]);
                if (random.Next(25) == 0)
                {
                    Check(values, histogram.Figures);
                    var copy = new DelayHistogram();
                    Made.HandOver(histogram.Save, copy.Restore);
                    histogram = copy;
                }
            }
        }

        Check(values, histogram.Figures);
    }

    [Fact]
    public void TheLargestAndTheSmallestDelayFit()
    {
        var histogram = new DelayHistogram();
        histogram.Add(int.MaxValue);
        Assert.Equal(255L << 23, histogram.Figures.P50Ms);
        histogram.Add(0);
        Assert.Equal((0, 255L << 23), (histogram.Figures.P50Ms, histogram.Figures.P90Ms));
    }

    private static void Check(List<long> values, DelayFigures figures)
    {
        var rounded = values.Select(RoundedDown).Order().ToArray();
        Assert.Equal((values.Count, values.Sum()), (figures.Count, (long)figures.Mean.Numerator));
        Assert.Equal((Rank(rounded, 50), Rank(rounded, 90)), (figures.P50Ms, figures.P90Ms));
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
