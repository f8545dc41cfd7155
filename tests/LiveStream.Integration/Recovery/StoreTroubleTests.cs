using System.Diagnostics;
using System.Globalization;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>A checkpoint store that fails while rooms are on air: said, counted, and the show goes on; the last good checkpoint stays.</summary>
[Collection(RealServers.Name)]
public sealed class StoreTroubleTests(RealKafka kafka, RealRedis redis)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_full_disk_is_said_and_nothing_that_was_written_is_lost()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "skipped: prlimit is not there (Debian: apt-get install util-linux)");
        using var folder = new TemporaryFolder();
        await using var scene = await SceneAsync(folder);
        await WaitAsync(scene, "checkpoints of all groups", () => Groups(folder) == 4);

        // No file of the process may grow any more: what a full disk, or a quota, is for it.
        await LimitFilesAsync(scene.Run, "0:");
        await WaitAsync(scene, "the failure is said", () => scene.Run.Process.Errors.Contains("could not be written to the folder", StringComparison.Ordinal));
        Assert.Equal(4, Groups(folder));
        await scene.Traffic.OnAirAsync(scene.Run.Process.Said);
        await WaitAsync(scene, "nothing half written is left", () => Directory.GetFiles(folder.Path, "*.tmp").Length == 0);

        var newest = Newest(folder);
        await LimitFilesAsync(scene.Run, "unlimited:");
        await WaitAsync(scene, "newer checkpoints", () => string.CompareOrdinal(Newest(folder), newest) != 0);
        await scene.Traffic.SettledAsync(scene.Run.Process.Said);
        await scene.Run.EndAsync();
    }

    [Fact]
    public async Task A_folder_that_vanishes_is_made_again_with_key_and_checkpoints()
    {
        using var folder = new TemporaryFolder();
        await using var scene = await SceneAsync(folder);
        await WaitAsync(scene, "checkpoints of all groups", () => Groups(folder) == 4);
        var key = await File.ReadAllTextAsync(folder.File("identity.key"), TestContext.Current.CancellationToken);
        Directory.Delete(folder.Path, recursive: true);
        await WaitAsync(scene, "checkpoints of all groups again", () => Directory.Exists(folder.Path) && Groups(folder) == 4);
        Assert.Equal(key, await File.ReadAllTextAsync(folder.File("identity.key"), TestContext.Current.CancellationToken));
        await scene.Traffic.SettledAsync(scene.Run.Process.Said);
        await scene.Run.EndAsync();
    }

    [Fact]
    public async Task Redis_keeps_checkpoints_where_there_is_no_folder()
    {
        using var folder = new TemporaryFolder();
        await using var scene = await SceneAsync(folder, new KeyValuePair<string, string>("LIVESTREAM__CHECKPOINT__STORE", "redis"), new("LIVESTREAM__REDIS__PREFIX", "stored"));
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var database = client.GetDatabase();
        await Poll.UntilAsync(Limit, "checkpoints of all groups", async () =>
        {
            for (var group = 0; group < 4; group++)
            {
                if (await database.ListLengthAsync($"stored:state:{{group-{group}}}:versions") != 2)
                {
                    return scene.Run.Process.Said();
                }
            }

            return null;
        });
        Assert.Empty(Directory.GetFiles(folder.Path));
        await scene.Run.EndAsync();
    }

    private async Task<Scene> SceneAsync(TemporaryFolder folder, params KeyValuePair<string, string>[] more)
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Server.Configuration;
        settings["LIVESTREAM__CHECKPOINT__FOLDER"] = folder.Path;
        settings["LIVESTREAM__CHECKPOINT__EVERYSECONDS"] = "1";
        var run = LiveStreamProgram.StartIgnoringFileLimits(["run"], settings, more);
        var traffic = new RoomTraffic(topics, client.GetDatabase(), rooms: 8);
        await run.ReadyAsync();
        return new Scene(run, traffic, client);
    }

    private static Task WaitAsync(Scene scene, string what, Func<bool> isSo) =>
        Poll.UntilAsync(Limit, what, () => Task.FromResult(isSo() ? null : scene.Run.Process.Said()));

    private static int Groups(TemporaryFolder folder) =>
        Directory.GetFiles(folder.Path, "*.checkpoint").Select(path => Path.GetFileName(path).Split('-')[1]).Distinct().Count();

    private static string Newest(TemporaryFolder folder) => string.Join(' ', Directory.GetFiles(folder.Path, "*.checkpoint").Order(StringComparer.Ordinal));

    private static async Task LimitFilesAsync(LiveStreamProgram run, string bytes)
    {
        using var limit = Process.Start("/usr/bin/prlimit", ["--pid", run.Process.Id.ToString(CultureInfo.InvariantCulture), $"--fsize={bytes}"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    private sealed record Scene(LiveStreamProgram Run, RoomTraffic Traffic, ConnectionMultiplexer Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Traffic.DisposeAsync();
            await Run.DisposeAsync();
            await Client.CloseAsync(allowCommandsToComplete: false);
        }
    }
}
