using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Failures;

/// <summary>What stands in the way of a start is said in one sentence, with the exit code of the contract.</summary>
public sealed class StartTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_wrong_broker_address_is_named_and_the_process_still_ends_cleanly()
    {
        var nobody = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Ports.Free()}");
        await using var run = LiveStreamProgram.Start(["run"], Settings(nobody, nobody));
        await Poll.UntilAsync(Limit, "the address is named", () => Task.FromResult(Complaints(run, nobody, "Kafka") > 0 ? null : run.Process.Said()));
        Assert.False(run.Process.HasExited, run.Process.Said());
        Assert.Equal(1, Complaints(run, nobody, "Kafka"));

        var from = TimeProvider.System.GetTimestamp();
        await run.Process.SignalAsync("TERM");
        var code = await run.Process.ExitAsync(Limit);
        var took = TimeProvider.System.GetElapsedTime(from);
        Assert.True(code == 0, $"The exit code is {code}.\n{run.Process.Said()}");
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took}.\n{run.Process.Said()}");
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_one_sentence()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        await AssertRefusedAsync(url, "LIVESTREAM__SCREEN__URLS", url);
    }

    [Fact]
    public async Task A_checkpoint_folder_that_cannot_be_made_ends_the_start_with_one_sentence()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", TestContext.Current.CancellationToken);
        await AssertRefusedAsync(folder.File("file"), "LIVESTREAM__CHECKPOINT__FOLDER", folder.File("file/checkpoints"));
    }

    [Fact]
    public async Task A_checkpoint_folder_that_may_not_be_written_ends_the_start_with_one_sentence() =>
        await AssertRefusedAsync("/proc/self/checkpoints", "LIVESTREAM__CHECKPOINT__FOLDER", "/proc/self/checkpoints");

    [Fact]
    public async Task A_wrong_setting_ends_the_start_with_one_sentence() =>
        await AssertRefusedAsync("LATENESSMS", "LIVESTREAM__ENGINE__LATENESSMS", "-1");

    private static async Task AssertRefusedAsync(string named, string setting, string value)
    {
        var nobody = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Ports.Free()}");
        var (code, output, errors) = await LiveStreamProgram.RunAsync(["run"], Limit, Settings(nobody, nobody).Append(new(setting, value)));
        Assert.True(code == 2, $"The exit code is {code}.\n{output}\n{errors}");
        Assert.Contains(named, Assert.Single(errors.Split('\n'), line => !IsNotice(line)), StringComparison.Ordinal);
    }

    // What is said at every first start, and is no complaint.
    private static bool IsNotice(string line) => line.Contains("No Identity:Key is configured", StringComparison.Ordinal);

    private static int Complaints(LiveStreamProgram run, string address, string about) => run.Process.Errors.Split('\n')
        .Count(line => line.Contains(address, StringComparison.Ordinal) && line.Contains(about, StringComparison.Ordinal)
            && (line.Contains("warning:", StringComparison.Ordinal) || line.Contains("error:", StringComparison.Ordinal)));

    private static Dictionary<string, string> Settings(string kafka, string redis) => new(StringComparer.Ordinal)
    {
        ["LIVESTREAM__KAFKA__BOOTSTRAPSERVERS"] = kafka,
        ["LIVESTREAM__REDIS__CONFIGURATION"] = redis,
    };
}
