using System.CommandLine;
using LiveStream.Bench.Load.Commands;

namespace LiveStream.App.Tests.Bench;

/// <summary>The line that the README names is one that the program takes.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("--rows A,B --lanes 2", 0)]
    [InlineData("--rows stream --events 60000000", 0)]
    [InlineData("--rows A --events 60000000", 1)]
    [InlineData("--rows stream --events 1", 1)]
    [InlineData("--lanes 0", 1)]
    [InlineData("--rows Z", 1)]
    public void The_table_takes_what_it_documents(string line, int errors)
    {
        var root = new RootCommand();
        TableCommand.AddTo(root);

        Assert.Equal(errors, root.Parse(line).Errors.Count);
    }

    [Theory]
    [InlineData("latency", 0)]
    [InlineData("latency --throughput 650000 --rooms 10000", 0)]
    [InlineData("latency --warm 0 --seconds 1", 0)]
    [InlineData("latency --seconds 0", 1)]
    [InlineData("latency --warm 3601", 1)]
    [InlineData("latency --rates 0", 1)]
    [InlineData("growth", 0)]
    [InlineData("growth --scale 0.1 --axes Viewers Rooms", 0)]
    [InlineData("growth --scale 0", 1)]
    public void The_other_commands_take_what_they_document(string line, int errors) =>
        Assert.Equal(errors, new RootCommand { LatencyCommand.Create(), GrowthCommand.Create() }.Parse(line).Errors.Count);
}
