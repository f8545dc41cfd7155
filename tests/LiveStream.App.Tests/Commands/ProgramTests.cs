using System.Net;
using System.Net.Sockets;

namespace LiveStream.App.Tests.Commands;

public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("demo")]
    [InlineData("run")]
    [InlineData("simulate")]
    [InlineData("replay")]
    [InlineData("doctor")]
    public async Task Every_command_explains_itself(string command)
    {
        var result = await LiveStreamProgram.RunAsync(command, "--help");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"livestream {command}", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("report", "x")]
    [InlineData("run", "surplus")]
    [InlineData("simulate")]
    [InlineData("simulate", "--output", "x", "--kafka")]
    [InlineData("simulate", "--output", "x", "--rooms", "0")]
    [InlineData("simulate", "--output", "x", "--workload", "w2")]
    [InlineData("demo", "--rooms", "0")]
    [InlineData("run", "--set", "Engine:Lanes=0")]
    [InlineData("run", "--set", "Checkpoint:Store=none")]
    [InlineData("doctor", "--set", "Kafka:Partitioner=other")]
    public async Task Wrong_use_is_one_sentence_and_two(params string[] arguments)
    {
        var result = await LiveStreamProgram.RunAsync(arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Single(result.ErrorLines);
    }

    [Fact]
    public async Task A_checkpoint_folder_that_cannot_be_written_stops_the_start()
    {
        var file = folder.Write("file", "");
        var result = await LiveStreamProgram.RunAsync("run", "--set", $"Checkpoint:Folder={file}/checkpoints");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Checkpoint:Folder", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_stops_the_start_before_Kafka_is_touched()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var result = await LiveStreamProgram.RunAsync(
            "run", "--urls", $"http://127.0.0.1:{port}", "--set", $"Checkpoint:Folder={folder.Path}", "--set", $"Identity:Key={new string('a', 64)}");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(port.ToString(), Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_names_what_is_wrong_and_hides_secrets()
    {
        var result = await LiveStreamProgram.RunAsync(
            "doctor",
            "--set", "Kafka:BootstrapServers=127.0.0.1:1", "--set", "Redis:Configuration=127.0.0.1:1,password=hidden1",
            "--set", "Kafka:Properties:ssl.key.password=hidden2", "--set", "Screen:OperatorToken=hidden3", "--set", $"Identity:Key={new string('b', 64)}",
            "--set", $"Checkpoint:Folder={folder.Path}");
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Equal(2, result.Output.Split('\n').Count(line => line.StartsWith("FAULT", StringComparison.Ordinal)));
        Assert.Contains("Redis:Configuration = 127.0.0.1:1,password=***", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("bbbb", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_file()
    {
        var files = new List<byte[]>();
        for (var i = 0; i < 2; i++)
        {
            var path = Path.Combine(folder.Path, $"{i}.jsonl");
            var result = await LiveStreamProgram.RunAsync("simulate", "--output", path, "--seed", "7", "--events", "2000");
            Assert.Equal(0, result.ExitCode);
            files.Add(File.ReadAllBytes(path));
        }

        Assert.Equal(files[0], files[1]);
    }

    public void Dispose() => folder.Dispose();
}
