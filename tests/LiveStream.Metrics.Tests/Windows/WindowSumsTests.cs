using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Windows;

public sealed class WindowSumsTests
{
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 5, 10 })]
    [InlineData(3, new[] { 2, 7 })]
    [InlineData(4, new[] { 3, 60 })]
    [InlineData(5, new[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    public void AWindowIsTheSumOfItsSeconds(int seed, int[] minutes)
    {
        var random = new Random(seed);
        var windows = Made.Windows(minutes);
        var sums = new WindowSums(windows);
        var longest = windows[^1].Seconds;
        var begin = random.Next(100_000);
        var model = new long[longest * 5, Column.Sums];
        var filled = new long[Column.Sums + 3];
        for (var s = 0; s < longest * 5; s++)
        {
            // Two busy stretches; once every window has been empty for a while the seconds between them are left out.
            var quiet = s > longest && s < longest * 4;
            for (var i = quiet ? 0 : random.Next(3); i > 0; i--)
            {
                var column = random.Next(Column.Sums);
                var added = random.NextInt64(-9, long.MaxValue / 100_000);
                sums.Totals[column] += added;
                model[s, column] += added;
            }

            if (random.Next(longest / 2) == 0)
            {
                var copy = new WindowSums(windows);
                Made.HandOver(sums.Save, copy.Restore);
                sums = copy;
            }

            for (var w = 0; w < windows.Length && !(quiet && s > longest * 3); w++)
            {
                if (windows[w].SlidesAt(begin + s + 1))
                {
                    filled.AsSpan(Column.Sums).Fill(-1);
                    sums.Slide(w, begin + s + 1, filled);
                    for (var column = 0; column < Column.Sums; column++)
                    {
                        Assert.Equal(Sum(model, column, s + 1 - windows[w].Seconds, s), filled[column]);
                    }

                    Assert.All(filled[Column.Sums..], value => Assert.Equal(-1, value));
                }
            }
        }
    }

    private static long Sum(long[,] model, int column, int from, int to)
    {
        var sum = 0L;
        for (var s = Math.Max(0, from); s <= to; s++)
        {
            sum += model[s, column];
        }

        return sum;
    }
}
