using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Rows;
using LiveStream.Bench.Load.Workload;

namespace LiveStream.App.Tests.Bench;

public sealed class LoadRowTests
{
    private static readonly string[] LineRows = ["C", "C50", "consume", "consume50", "drain", "drain-managed", "redis", "publish"];

    private static readonly LoadOptions Tiny = new()
    {
        Events = 20_000, Rooms = 20, Viewers = 5_000, Rate = 2_000, Lanes = [1, 2], Repeat = 1, PublishRooms = 50, PublishSeconds = 1, Embedded = true,
    };

    [Fact]
    public Task EveryRowInMemoryFindsTheKnownAnswer() => AllAreRight(Tiny with { Rows = [.. LoadRows.Names.Except(LineRows)] });

    [Fact]
    public Task EveryRowOnTheEmbeddedServersFindsTheKnownAnswer() => AllAreRight(Tiny with { Rows = LineRows, Lanes = [2] });

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

    private static async Task AllAreRight(LoadOptions options)
    {
        var rows = LoadRows.InOrder(await LoadRows.Run(options).ToListAsync(TestContext.Current.CancellationToken));
        Assert.All(rows, row =>
        {
            Assert.True((row.Wrong ?? row.Skipped) is null, $"{row.Row} with {row.Lanes} lanes: {row.Wrong ?? row.Skipped}");
            Assert.True(row.Row == "publish" ? row.Events > 0 : row.Events == options.Events, $"{row.Row} has {row.Events} events");
        });
        Assert.Equal(LoadRows.Names.Intersect(options.Rows), rows.Select(row => row.Row).Distinct());
    }
}
