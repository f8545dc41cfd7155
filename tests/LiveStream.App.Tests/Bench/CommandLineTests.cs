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
}
