using System.Numerics;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Windows;

public sealed class ColumnTests
{
    [Fact]
    public void WideColumnsAreExactBeyond64Bits()
    {
        var random = new Random(9);
        var columns = new long[Column.Sums];
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

    // Sums are added and subtracted as vectors of up to 512 bits.
    [Fact]
    public void TheSumsFillWholeVectors() => Assert.Equal(0, Column.Sums % 8);
}
