using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LiveStream.Publish.Tests.Fixtures;

/// <summary>
/// A real redis-server on a free port, without persistence. Found on PATH; <see cref="IsInstalled"/> says whether it is there.
/// May be killed, started again on the same port, frozen and thawed; disposing ends it by its process id.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, "redis-server"))
        .FirstOrDefault(File.Exists);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("redis-test-");
    private Process? process;

    private RedisServer(int port) => Port = port;

    /// <summary>What to say when a test is skipped.</summary>
    public static string WhyNot => "skipped: redis-server is not on PATH (Debian: apt-get install redis-server)";

    /// <summary>Whether redis-server can be started here.</summary>
    public static bool IsInstalled => Program is not null;

    /// <summary>Port on the loopback address.</summary>
    public int Port { get; }

    /// <summary>Connection string of the client.</summary>
    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>A server that answers.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = Reserve();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A port and nobody listening on it yet: see <see cref="StartAgainAsync"/>.</summary>
    public static RedisServer Reserve()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new RedisServer(((IPEndPoint)probe.LocalEndpoint).Port);
    }

    /// <summary>Starts the server, empty, on its port; returns when it answers.</summary>
    public async Task StartAgainAsync()
    {
        if (Program is null)
        {
            throw new InvalidOperationException(WhyNot);
        }

        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", folder.FullName, "--daemonize", "no", "--logfile", Path.Combine(folder.FullName, "redis.log"),
        ];
        process = Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false })
            ?? throw new InvalidOperationException("redis-server did not start.");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await AnswersAsync(deadline.Token))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"redis-server ended with {process.ExitCode}: see {folder.FullName}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
        }
    }

    /// <summary>Ends the server at once; what it held is gone.</summary>
    public async Task KillAsync()
    {
        if (process is { } running)
        {
            process = null;
            running.Kill();
            await running.WaitForExitAsync();
            running.Dispose();
        }
    }

    /// <summary>Stops it from running; its sockets stay open.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>Lets it run again.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>Runs one command and returns the raw first part of the reply.</summary>
    public async Task<string> CommandAsync(params string[] words)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        return await CommandAsync(client, words, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        folder.Delete(recursive: true);
    }

    private static async Task<string> CommandAsync(TcpClient client, string[] words, CancellationToken cancellationToken)
    {
        var request = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), cancellationToken);
        var reply = new byte[4096];
        var length = await client.GetStream().ReadAsync(reply, cancellationToken);
        return Encoding.UTF8.GetString(reply, 0, length);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return (await CommandAsync(client, ["PING"], cancellationToken)).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception notYet) when (notYet is SocketException or IOException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        var id = process?.Id ?? throw new InvalidOperationException("The server does not run.");
        using var kill = Process.Start("kill", [signal, id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"kill {signal} {id} ended with {kill.ExitCode}.");
        }
    }
}
