using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Garnet;
using LiveStream.App.Commands;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveStream.App.Demo;

/// <summary>
/// Redis on this machine for the demo: Garnet inside this process, or, where Garnet cannot run, a redis-server of the PATH. Listens
/// on the loopback address only, keeps nothing on disk, ends with the process.
/// </summary>
internal sealed class EmbeddedRedis : IDisposable
{
    private readonly IDisposable server;

    private EmbeddedRedis(IDisposable server, string name, int port)
    {
        this.server = server;
        Name = name;
        Port = port;
    }

    /// <summary>What it is, for people.</summary>
    public string Name { get; }

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Connection string of the Redis client.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>Starts a server on a free port.</summary>
    /// <exception cref="FailureException">Neither Garnet nor redis-server came up.</exception>
    public static EmbeddedRedis Start()
    {
        try
        {
            return StartGarnet(FreePort());
        }
        catch (Exception garnet) when (garnet is not OutOfMemoryException)
        {
            try
            {
                return StartServer();
            }
            catch (Exception redis) when (redis is System.ComponentModel.Win32Exception or IOException or FailureException)
            {
                throw new FailureException($"No embedded Redis came up: Garnet says '{garnet.Message}', redis-server '{redis.Message}'; install redis-server, or use `livestream run` with a Redis of yours.", garnet);
            }
        }
    }

    public void Dispose() => server.Dispose();

    private static EmbeddedRedis StartGarnet(int port)
    {
        var garnet = new GarnetServer(
            ["--bind", "127.0.0.1", "--port", $"{port}", "--lua", "--memory", "256m", "--page", "4m", "--index", "16m", "-q"],
            NullLoggerFactory.Instance);
        try
        {
            garnet.Start();
            CheckScripts(port);
            return new EmbeddedRedis(garnet, "Garnet", port);
        }
        catch
        {
            garnet.Dispose();
            throw;
        }
    }

    /// <summary>Starts a redis-server of the PATH on a free port.</summary>
    /// <exception cref="FailureException">It did not come up.</exception>
    public static EmbeddedRedis StartServer()
    {
        var port = FreePort();
        var process = TiedProcess.Start("/dev/null", "redis-server", ["--bind", "127.0.0.1", "--port", $"{port}", "--save", "", "--appendonly", "no"]);
        try
        {
            var deadline = Stopwatch.StartNew();
            while (!Answers(port))
            {
                if (process.HasExited || deadline.Elapsed > TimeSpan.FromSeconds(5))
                {
                    throw new FailureException(process.HasExited ? "it is not on the PATH, or ended at once" : "it did not answer within 5 s");
                }

                Thread.Sleep(20);
            }

            return new EmbeddedRedis(process, "redis-server", port);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private static bool Answers(int port)
    {
        try
        {
            CheckScripts(port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The publisher needs Lua scripts; Garnet has them where its native Lua library loads.</summary>
    private static void CheckScripts(int port)
    {
        using var client = new TcpClient("127.0.0.1", port) { ReceiveTimeout = 5000 };
        client.GetStream().Write("*3\r\n$4\r\nEVAL\r\n$14\r\nreturn 'ready'\r\n$1\r\n0\r\n"u8);
        var reply = new byte[64];
        var text = Encoding.ASCII.GetString(reply, 0, client.GetStream().Read(reply));
        if (!text.StartsWith('$'))
        {
            throw new IOException($"scripts do not run: {text.Trim()}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
