using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// A real redis-server that keeps what it holds in a file, and is watched: every command that it ever runs for a client is heard, since it
/// listens to nobody before the watch has begun. Only what it runs while it dies may be unheard; nobody else can have seen that either, for a
/// reply and a line of the watch leave it together. May be killed, started again with its keys or empty, stopped and continued.
/// </summary>
internal sealed class WatchedRedis : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder folder = new();
    private readonly int port = Ports.Free();
    private ChildProgram? server;
    private Task watching = Task.CompletedTask;

    /// <summary>Connection string of the client.</summary>
    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>What was heard.</summary>
    public SeenWrites Seen { get; } = new();

    private string SocketPath => folder.File("redis.sock");

    private string DataFolder => folder.File("data");

    /// <summary>A server that answers.</summary>
    public static async Task<WatchedRedis> StartAsync()
    {
        var redis = new WatchedRedis();
        try
        {
            await redis.StartAgainAsync(isEmpty: true);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it with the keys that it had, or without any; returns when clients may connect.</summary>
    public async Task StartAgainAsync(bool isEmpty)
    {
        if (isEmpty)
        {
            Seen.Forgotten();
            if (Directory.Exists(DataFolder))
            {
                Directory.Delete(DataFolder, recursive: true);
            }
        }

        Directory.CreateDirectory(DataFolder);
        File.Delete(SocketPath);
        server = ChildProgram.Start(
            "redis-server",
            [
                "--port", "0", "--bind", "127.0.0.1", "--unixsocket", SocketPath, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
                "--dir", DataFolder, "--daemonize", "no", "--enable-debug-command", "local",
            ],
            null,
            folder.Path);
        await Poll.UntilAsync(StartLimit, "redis-server answers", AnswersAsync);
        await using var wire = await RedisWire.ConnectAsync(SocketPath);
        foreach (var key in (object?[])(await wire.CommandAsync("KEYS", "*:snapshot"))!)
        {
            var name = Encoding.UTF8.GetString((byte[])key!);
            Seen.Found(name, (byte[])(await wire.CommandAsync("GET", name))!);
        }

        await WatchAsync();
        await wire.CommandAsync("CONFIG", "SET", "port", port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>kill -9; what it held lies in its folder.</summary>
    public async Task KillAsync()
    {
        if (server is { } running)
        {
            server = null;
            await running.DisposeAsync();
            await watching;
        }
    }

    /// <summary>Sends it a signal, such as <c>STOP</c>.</summary>
    public Task SignalAsync(string signal) => server!.SignalAsync(signal);

    /// <summary>Runs a command on a connection of its own.</summary>
    public async Task<object?> CommandAsync(params string[] words)
    {
        await using var wire = await RedisWire.ConnectAsync(SocketPath);
        return await wire.CommandAsync(words);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        folder.Dispose();
    }

    private async Task WatchAsync()
    {
        var wire = await RedisWire.ConnectAsync(SocketPath);
        var begun = new TaskCompletionSource();
        watching = HearAsync(wire, begun);
        await begun.Task;
    }

    private async Task HearAsync(RedisWire wire, TaskCompletionSource begun)
    {
        await using (wire)
        {
            try
            {
                await wire.MonitorAsync(begun.SetResult, Seen.Hear);
            }
            catch (Exception ended) when (ended is IOException or SocketException or EndOfStreamException)
            {
                begun.TrySetException(ended);
            }
        }
    }

    private async Task<string?> AnswersAsync()
    {
        if (server!.HasExited)
        {
            Assert.Fail($"redis-server ended by itself.\n{server.Said()}");
        }

        try
        {
            await using var wire = await RedisWire.ConnectAsync(SocketPath);
            await wire.CommandAsync("PING");
            return null;
        }
        catch (Exception notYet) when (notYet is SocketException or IOException or InvalidOperationException)
        {
            return notYet.Message;
        }
    }
}
