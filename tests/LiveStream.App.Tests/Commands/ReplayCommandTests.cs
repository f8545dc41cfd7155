using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LiveStream.App.Tests.Commands;

public sealed partial class ReplayCommandTests : IDisposable
{
    private const string Events =
        """
        {"type":"start","room":"r1","ts":1000,"session":"s","name":"夜场"}
        {"type":"enter","room":"r1","ts":1500,"user":"u1","session":"s"}
        {"type":"enter","room":"r2","ts":2500,"user":"u1"}
        not json

        {"type":"payment","room":"r1","ts":25000,"user":"u1","order":"o1","amount":990,"product":"p1","id":"x","session":"s"}
        {"type":"payment","room":"r1","ts":25000,"user":"u1","order":"o1","amount":990,"product":"p1","id":"x","session":"s"}
        {"type":"like","room":"r1","ts":2000,"user":"u2","session":"s"}
        """;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Snapshots_are_ordered_and_the_summary_is_the_last_line()
    {
        var result = await LiveStreamProgram.RunAsync("replay", folder.Write("e.jsonl", Events), "--every", "10s");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["r1@10000", "r2@10000", "r1@20000", "r1@30000"], Snapshots(result.Output));
        Assert.Matches(SummaryLine(), result.ErrorLines[^1]);
        Assert.StartsWith("7 read, 4 applied, 1 late, 0 moved, 1 duplicate, 1 rejected, ", result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Contains("1 bad line rejected: 4.", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("\"live\":", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_distance_only_the_last_snapshots_come()
    {
        var result = await LiveStreamProgram.RunAsync("replay", folder.Write("e.jsonl", Events));
        Assert.Equal(["r2@3000", "r1@26000"], Snapshots(result.Output));
    }

    [Fact]
    public async Task Lanes_change_no_byte_and_a_file_is_written_whole()
    {
        var events = folder.Write("e.jsonl", Events);
        var outputs = new List<string>();
        foreach (var lanes in new[] { "1", "2", "5" })
        {
            var output = Path.Combine(folder.Path, $"out{lanes}.jsonl");
            var result = await LiveStreamProgram.RunAsync("replay", events, "--every", "1s", "--lanes", lanes, "--output", output);
            Assert.Equal((0, ""), (result.ExitCode, result.Output));
            outputs.Add(File.ReadAllText(output));
        }

        Assert.Single(outputs.Distinct());
        Assert.Equal(4, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task One_room_can_be_asked_for_while_all_are_counted()
    {
        var result = await LiveStreamProgram.RunAsync("replay", folder.Write("e.jsonl", Events), "--every", "10s", "--room", "r2");
        Assert.Equal(["r2@10000"], Snapshots(result.Output));
        Assert.StartsWith("7 read, ", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_fails_when_a_line_was_rejected()
    {
        var result = await LiveStreamProgram.RunAsync("replay", folder.Write("e.jsonl", Events), "--strict");
        Assert.Equal(1, result.ExitCode);
        Assert.NotEmpty(result.Output);
    }

    [Fact]
    public async Task A_missing_file_is_wrong_use_and_nothing_is_written()
    {
        var output = Path.Combine(folder.Path, "out.jsonl");
        var result = await LiveStreamProgram.RunAsync("replay", folder.Write("e.jsonl", Events), Path.Combine(folder.Path, "missing.jsonl"), "--output", output);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("missing.jsonl", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_broken_gzip_fails_with_what_was_read_up_to_there()
    {
        var lines = new StringBuilder();
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            lines.Append($$"""{"type":"like","room":"r1","ts":{{1000 + i}},"user":"u{{random.Next()}}"}""").Append('\n');
        }

        var path = Path.Combine(folder.Path, "e.jsonl.gz");
        await using (var file = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()));
        }

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1000]);
        var output = Path.Combine(folder.Path, "out.jsonl");
        var result = await LiveStreamProgram.RunAsync("replay", path, "--output", output);
        Assert.Equal(1, result.ExitCode);
        using var snapshot = JsonDocument.Parse(File.ReadAllText(output));
        Assert.InRange(snapshot.RootElement.GetProperty("applied").GetInt64(), 10_000, 19_999);
        Assert.Matches(SummaryLine(), result.ErrorLines[^1]);
    }

    [Theory]
    [InlineData("--every", "10")]
    [InlineData("--every", "1.5s")]
    [InlineData("--every", "0s")]
    [InlineData("--every", "500ms")]
    [InlineData("--lanes", "0")]
    [InlineData("--lanes", "many")]
    [InlineData("--config", "missing.json")]
    [InlineData("--set", "Engine:Lateness=1")]
    [InlineData("--set", "nonsense")]
    [InlineData("--surprise", "1")]
    public async Task Wrong_use_is_one_sentence(string option, string value)
    {
        var result = await LiveStreamProgram.RunAsync("replay", folder.Write("e.jsonl", Events), option, value);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Single(result.ErrorLines);
    }

    [Fact]
    public async Task An_environment_variable_is_configuration_too()
    {
        var result = await LiveStreamProgram.RunAsync([("LIVESTREAM__ENGINE__WINDOWS", "3m")], ["replay", folder.Write("e.jsonl", Events)]);
        Assert.Contains("\"windows\":{\"3m\":", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"10m\":", result.Output, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Snapshots(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        using var snapshot = JsonDocument.Parse(line);
        return $"{snapshot.RootElement.GetProperty("room").GetString()}@{snapshot.RootElement.GetProperty("asOf").GetInt64()}";
    });

    [GeneratedRegex(@"^\d+ read, \d+ applied, \d+ late, \d+ moved, \d+ duplicate, \d+ rejected, \d+\.\d s, \d+ events/s$")]
    private static partial Regex SummaryLine();
}
