using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Tests.Viewers;

public sealed class SideRowsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 15)]
    [InlineData(4, 40)]
    public void KeepsARowForEachWhoNeedsOne(int seed, int columns)
    {
        var random = new Random(seed);
        var sides = NewRows(columns);
        var viewers = new ViewerRow[5000];
        var model = new int[viewers.Length][];
        for (var i = 0; i < viewers.Length; i++)
        {
            viewers[i].Head = random.Next(100_000_000);
        }

        for (var i = 0; i < 20_000; i++)
        {
            var viewer = random.Next(random.Next(viewers.Length) + 1);
            sides.Prefetch(viewers[viewer]);
            if (model[viewer] is null)
            {
                model[viewer] = new int[columns + 3];
                model[viewer][2] = viewers[viewer].Head;
            }

            var row = sides.Of(ref viewers[viewer]);
            Assert.Equal(model[viewer], row.ToArray());
            var column = random.Next(row.Length);
            row[column] = model[viewer][column] = random.Next();
            if (random.Next(3000) == 0)
            {
                var copy = NewRows(columns);
                Made.HandOver(sides.Save, copy.Restore);
                sides = copy;
            }
        }

        Assert.Equal(model.Count(m => m is not null), sides.Count);
        foreach (var (viewer, row) in viewers.Zip(model))
        {
            Assert.Equal(row is not null, viewer.HasSide);
            Assert.Equal(row ?? [], viewer.HasSide ? sides.Of(viewer.Side).ToArray() : []);
        }
    }

    private static SideRows NewRows(int columns)
    {
        var sides = new SideRows();
        Assert.Equal((0, 2), (sides.Reserve(2), sides.ReserveWithHead(columns)));
        Assert.Equal(2 + columns, sides.Reserve(1));
        return sides;
    }

    // A room with few buyers keeps room for few; from 1,000 rows on at most a quarter of the places is free.
    [Fact]
    public void IsNeverMuchLargerThanItsRows()
    {
        var sides = new SideRows();
        sides.Reserve(10);
        for (var i = 1; i <= 20_000; i++)
        {
            var viewer = default(ViewerRow);
            sides.Of(ref viewer);
            Assert.Equal(i - 1, viewer.Side);
            Assert.InRange(sides.Bytes, i * 40, i < 1000 ? Math.Max(8, i * 2) * 40 : i * 50);
        }
    }
}
