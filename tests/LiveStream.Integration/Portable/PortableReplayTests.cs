using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Portable;

/// <summary>Machines without this one's vector instructions make the same numbers of the same log: the runtime is told not to use them.</summary>
public sealed class PortableReplayTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task The_same_snapshots_come_out_byte_by_byte(string instructions)
    {
        using var folder = new TemporaryFolder();
        var events = folder.File("events.jsonl");
        await RunAsync(["simulate", "--events", "20000", "--garbage", "0.02", "--duplicates", "0.02", "--output", events], "1", "1");
        var expected = await ReplayAsync(events, folder.File("with.jsonl"), instructions, "1");
        var actual = await ReplayAsync(events, folder.File("without.jsonl"), instructions, "0");
        Assert.True(expected.Length > 10_000);
        Assert.Equal(expected, actual);
    }

    private static async Task<string> ReplayAsync(string events, string output, string instructions, string value)
    {
        await RunAsync(["replay", events, "--every", "60s", "--output", output], instructions, value);
        return await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
    }

    private static async Task RunAsync(string[] arguments, string variable, string value)
    {
        var (code, _, errors) = await LiveStreamProgram.RunAsync(arguments, Limit, [KeyValuePair.Create(variable, value)]);
        Assert.True(code == 0, errors);
    }
}
