using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace LiveStream.Publish.Tests.Fixtures;

/// <summary>A way to a server on which every answer takes a while, as from one that is far away or has too much to do.</summary>
public sealed class SlowWay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource over = new();
    private readonly int serverPort;
    private readonly Task accepting;
    private int answersTakeMs;

    /// <summary>Opens a way to a port of the loopback address.</summary>
    public SlowWay(int serverPort, int answersTakeMs)
    {
        this.serverPort = serverPort;
        this.answersTakeMs = answersTakeMs;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>How long answers take from here on, ms.</summary>
    public int AnswersTakeMs
    {
        get => Volatile.Read(ref answersTakeMs);
        set => Volatile.Write(ref answersTakeMs, value);
    }

    /// <summary>Connection string of the client.</summary>
    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.Dispose();
    }

    private async Task AcceptAsync()
    {
        var ways = new List<Task>();
        try
        {
            while (true)
            {
                ways.Add(CarryAsync(await listener.AcceptTcpClientAsync(over.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(ways);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var answers = Channel.CreateUnbounded<(byte[] Bytes, long ReadAt)>();
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, serverPort, ended.Token);
            Task[] ways =
            [
                client.GetStream().CopyToAsync(server.GetStream(), ended.Token),
                ReadAsync(server.GetStream(), answers.Writer, ended.Token),
                AnswerAsync(answers.Reader, client.GetStream(), ended.Token),
            ];
            await Task.WhenAny(ways);
            await ended.CancelAsync();
            await Task.WhenAll(ways);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One of the two has gone.
        }
        finally
        {
            client.Dispose();
        }
    }

    private static async Task ReadAsync(NetworkStream server, ChannelWriter<(byte[] Bytes, long ReadAt)> answers, CancellationToken ended)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReadAsync(buffer, ended) is var read and > 0)
        {
            answers.TryWrite((buffer[..read], Stopwatch.GetTimestamp()));
        }
    }

    private async Task AnswerAsync(ChannelReader<(byte[] Bytes, long ReadAt)> answers, NetworkStream client, CancellationToken ended)
    {
        await foreach (var (bytes, readAt) in answers.ReadAllAsync(ended))
        {
            var left = TimeSpan.FromMilliseconds(AnswersTakeMs) - Stopwatch.GetElapsedTime(readAt);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, ended);
            }

            await client.WriteAsync(bytes, ended);
        }
    }
}
