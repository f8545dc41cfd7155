using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Rows;
using LiveStream.Bench.Load.Workload;

namespace LiveStream.App.Tests.Bench;

public sealed class LoadRowTests
{
    private static readonly LoadOptions Tiny = new() { Events = 20_000, Rooms = 20, Viewers = 5_000, Rate = 2_000, Lanes = [1, 2], Repeat = 1 };

    [Fact]
    public async Task EveryRowFindsTheKnownAnswer()
    {
        var seen = new List<string>();
        await foreach (var row in LoadRows.Run(Tiny))
        {
            Assert.True(row.Wrong is null, $"{row.Row} with {row.Lanes} lanes: {row.Wrong}");
            Assert.Equal(Tiny.Events, row.Events);
            seen.Add(row.Row);
        }

        Assert.Equal(LoadRows.Names, seen.Distinct());
    }

    [Fact]
    public async Task OnlyTheNamedRowsRun()
    {
        var rows = await LoadRows.Run(Tiny with { Rows = ["b"], Lanes = [2] }).ToListAsync(TestContext.Current.CancellationToken);
        var row = Assert.Single(rows);
        Assert.Equal(("B", 2), (row.Row, row.Lanes));
    }

    [Fact]
    public void AnAnswerThatIsWrongOrEmptyIsSaid()
    {
        var known = new Answer { Applied = 2, Likes = 5 };
        Assert.Null(new Answer { Applied = 2 }.Difference(known));
        Assert.Equal("likes 4, not 5", new Answer { Applied = 2, Likes = 4 }.Difference(known));
        Assert.NotNull(new Answer().Difference(known));
    }
}
