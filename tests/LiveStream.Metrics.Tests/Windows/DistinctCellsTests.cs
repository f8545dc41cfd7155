using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Windows;

/// <summary>Against the plainest model: for each column and member the second in which he counts.</summary>
public sealed class DistinctCellsTests
{
    private const int First = 7;
    private const int Members = 25;

    [Theory]
    [InlineData(1, new[] { 1 }, 1, 0)]
    [InlineData(2, new[] { 1, 5, 10 }, 3, 0)]
    [InlineData(3, new[] { 2, 7 }, 4, 0)]
    [InlineData(4, new[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 5, 0)]
    [InlineData(5, new[] { 60 }, 2, 0)]
    [InlineData(6, new[] { 1, 60 }, 9, 4000)]
    [InlineData(7, new[] { 1 }, 2, 62)]
    [InlineData(8, new[] { 3, 4 }, 17, 250)]
    public void CountsWhoWasLastSeenInTheWindow(int seed, int[] minutes, int columns, int leastSeconds)
    {
        var random = new Random(seed);
        var windows = Made.Windows(minutes);
        var origin = random.Next(10_000);
        var cells = new DistinctCells(windows, First, columns, leastSeconds, origin);
        var last = NewModel(columns);
        var values = new long[First + columns + 2];
        var longest = windows[^1].Seconds;
        var (idle, busy) = (0, new List<int>());
        for (var second = 0; second < Math.Max(700, longest * 4); second++)
        {
            // When every cell is 0 again, seconds may be left out.
            var quiet = second % (longest * 2) > longest / 2;
            idle = quiet ? idle + 1 : 0;
            second += idle > Math.Max(longest * 5 / 4, leastSeconds) + 20 ? random.Next(longest) : 0;
            cells.Open(second);
            busy.AddRange(quiet ? [] : [second]);
            for (var i = quiet ? 0 : random.Next(6); i > 0; i--)
            {
                Change(cells, last, random, busy, longest);
            }

            if (random.Next(longest / 2) == 0)
            {
                var copy = new DistinctCells(windows, First, columns, leastSeconds, origin);
                Made.HandOver(cells.Save, copy.Restore);
                cells = copy;
            }

            for (var w = 0; w < windows.Length; w++)
            {
                if (windows[w].SlidesAt(origin + second + 1))
                {
                    Array.Fill(values, -1);
                    cells.Slide(w, values);
                    Check(values, last, columns, since: second + 1 - windows[w].Seconds);
                }
            }

            for (var column = 0; column < columns; column++)
            {
                Assert.Equal(last[column].LongCount(s => s != DistinctCells.Never), cells.Total(First + column));
            }
        }
    }

    // Such a column is used cell by cell: members come in, go out one by one, and each second is taken out whole in the end.
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 200)]
    [InlineData(3, 5, 62)]
    public void SecondsAndSingleMembersAreTakenOut(int seed, int minutes, int leastSeconds)
    {
        var random = new Random(seed);
        var cells = new DistinctCells(Made.Windows(minutes), First, 3, leastSeconds, 0);
        var kept = Math.Max(leastSeconds, (minutes * 60) + minutes);
        var model = new List<int>();
        for (var second = 0; second < 1500; second++)
        {
            cells.Open(second);
            for (var i = random.Next(5); i > 0; i--)
            {
                cells.Enter(First + 1);
                model.Add(second);
            }

            if (random.Next(2) == 0 && model.Count > 0)
            {
                var from = model[random.Next(model.Count)];
                model.Remove(from);
                cells.Remove(First + 1, from);
            }

            var taken = second - random.Next(kept - 1, kept);
            Assert.Equal(model.RemoveAll(s => s == taken), cells.Take(First + 1, taken));
            Assert.Equal(0, cells.Take(First + 1, taken));
            model.RemoveAll(s => s <= second - kept);
            cells.Prefetch(second - random.Next(3000));
        }

        Assert.Equal(0, cells.Take(First, 1499));
        Assert.Equal(0, cells.Total(First + 1));
    }

    private static int[][] NewModel(int columns)
    {
        var last = new int[columns][];
        for (var column = 0; column < columns; column++)
        {
            last[column] = new int[Members];
            Array.Fill(last[column], DistinctCells.Never);
        }

        return last;
    }

    // Even columns are seen in the open second only; in odd ones a chain may have begun in any second with events, before every window even.
    private static void Change(DistinctCells cells, int[][] last, Random random, List<int> busy, int longest)
    {
        var column = random.Next(last.Length);
        ref var seen = ref last[column][random.Next(Members)];
        if (column % 2 == 0)
        {
            cells.Arrive(First + column, seen);
            seen = busy[^1];
            return;
        }

        var to = busy[^Math.Min(busy.Count, 1 + random.Next(random.Next(2) == 0 ? 3 : longest * 2))];
        if (to > seen)
        {
            cells.Move(First + column, seen, to);
            seen = to;
        }
    }

    private static void Check(long[] values, int[][] last, int columns, int since)
    {
        for (var column = 0; column < columns; column++)
        {
            Assert.Equal(last[column].LongCount(s => s != DistinctCells.Never && s >= since), values[First + column]);
        }

        Assert.All(values[..First].Concat(values[(First + columns)..]), value => Assert.Equal(-1, value));
    }
}
