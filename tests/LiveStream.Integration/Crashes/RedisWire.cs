using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// One connection to a redis-server over its local socket, without a client's cleverness: commands are sent and their replies read one
/// after the other, or the server is asked to tell every command that it runs. Used by one caller at a time.
/// </summary>
internal sealed class RedisWire : IAsyncDisposable
{
    private readonly NetworkStream stream;
    private readonly BufferedStream reader;

    private RedisWire(Socket socket)
    {
        stream = new NetworkStream(socket, ownsSocket: true);
        reader = new BufferedStream(stream, 1 << 16);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    public static async Task<RedisWire> ConnectAsync(string socketPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
            return new RedisWire(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command. The reply is null, a <see cref="long"/>, bytes, or an array of replies; an error throws.</summary>
    public async Task<object?> CommandAsync(params string[] words)
    {
        await SendAsync(words);
        return await ReplyAsync();
    }

    /// <summary>Has every command told as it is run, until the connection ends; a line is text without its end.</summary>
    /// <param name="begun">Called when the server tells from now on.</param>
    /// <param name="line">Called with each line; its bytes are valid during the call.</param>
    public async Task MonitorAsync(Action begun, Action<ReadOnlySpan<byte>> line)
    {
        Assert.Equal("OK", Encoding.UTF8.GetString((byte[])(await CommandAsync("MONITOR"))!));
        begun();
        var buffer = new byte[1 << 20];
        var filled = 0;
        while (true)
        {
            var read = await reader.ReadAsync(buffer.AsMemory(filled));
            if (read == 0)
            {
                return;
            }

            filled += read;
            var from = 0;
            while (buffer.AsSpan(from, filled - from).IndexOf((byte)'\n') is var end and >= 0)
            {
                line(buffer.AsSpan(from, end).TrimEnd((byte)'\r'));
                from += end + 1;
            }

            buffer.AsSpan(from, filled - from).CopyTo(buffer);
            filled -= from;
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await stream.DisposeAsync();
    }

    private ValueTask SendAsync(string[] words)
    {
        var request = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n"));
        foreach (var word in words)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()));
    }

    private async Task<object?> ReplyAsync()
    {
        var head = await LineAsync();
        var rest = head[1..];
        switch (head[0])
        {
            case '+':
                return Encoding.UTF8.GetBytes(rest);
            case '-':
                throw new InvalidOperationException($"Redis says {rest}");
            case ':':
                return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$' when rest == "-1":
            case '*' when rest == "-1":
                return null;
            case '$':
                var bytes = new byte[int.Parse(rest, CultureInfo.InvariantCulture) + 2];
                await reader.ReadExactlyAsync(bytes);
                return bytes[..^2];
            default:
                var items = new object?[int.Parse(rest, CultureInfo.InvariantCulture)];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = await ReplyAsync();
                }

                return items;
        }
    }

    private async Task<string> LineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            await reader.ReadExactlyAsync(one);
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }
    }
}
