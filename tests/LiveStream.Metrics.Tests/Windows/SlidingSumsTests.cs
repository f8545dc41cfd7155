using System.Numerics;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Windows;

public sealed class SlidingSumsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 60)]
    public void SumTheHopsOfTheWindow(int seed, int minutes)
    {
        var random = new Random(seed);
        var window = new WindowSpec(minutes);
        var sums = new SlidingSums(window, 2);
        var begin = random.Next(100_000);
        var length = window.Seconds * 4;
        var model = new long[length];
        for (var s = 0; s < length; s++)
        {
            // Two busy stretches with more than a window of silence between them.
            if ((s < 300 || s > length * 3 / 4) && random.Next(3) == 0)
            {
                model[s] = random.Next(100);
                sums.Add([model[s], 1]);
            }

            var settled = begin + s + 1;
            if (window.SlidesAt(settled))
            {
                sums.Slide(settled);
                Assert.Equal(model[Math.Max(0, s + 1 - window.Seconds)..(s + 1)].Sum(), sums.Sums[0]);
            }
        }
    }

    [Fact]
    public void WideColumnsAreExactBeyond64Bits()
    {
        var random = new Random(9);
        var columns = new long[Column.Count];
        BigInteger model = 0;
        for (var i = 0; i < 1000; i++)
        {
            var amount = random.NextInt64(100_000_000_001);
            Column.AddWide(columns, Column.GmvLow, amount);
            model += amount;
        }

        Assert.Equal(model, (BigInteger)Column.Wide(columns, Column.GmvLow));

        // What 2^30 payments of the largest amount leave in the columns.
        columns[Column.GmvLow] = (100_000_000_000 & uint.MaxValue) << 30;
        columns[Column.GmvHigh] = (100_000_000_000 >> 32) << 30;
        var sum = (BigInteger)Column.Wide(columns, Column.GmvLow);
        Assert.Equal(BigInteger.Parse("100000000000") << 30, sum);
        Assert.True(sum > long.MaxValue);
    }
}
