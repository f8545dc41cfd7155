using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>One connection as long as it lasts.</summary>
/// <param name="Multiplexer">The client's connection.</param>
/// <param name="Database">Its commands.</param>
internal sealed record RedisLink(ConnectionMultiplexer Multiplexer, IDatabase Database)
{
    /// <summary>Whether all keys of a call have to lie in one slot: known from the start, or found out when a call was refused.</summary>
    public bool IsCluster { get; set; }
}

/// <summary>
/// Owns the connection: makes it, and makes a new one when a call failed or did not return. Writers wait in <see cref="UpAsync"/>
/// and report trouble by <see cref="Lost"/>; one loop, <see cref="RunAsync"/>, does the rest. Says once that Redis is lost, then
/// every 10 s that it still is, and once that it is back.
/// </summary>
internal sealed class RedisConnection(RedisOptions options, PublishMeter meter, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RemindEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    // An attempt that meets a server just coming up may hang to its end, and rooms are to be back within 2 s.
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(1);
    private static readonly int ClientsConnectTimeoutMs = new ConfigurationOptions().ConnectTimeout;

    private readonly Lock gate = new();
    private TaskCompletionSource<RedisLink> up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<Exception> down = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RedisLink? current;

    /// <summary>Whether there is a connection that nobody has complained about.</summary>
    public bool IsUp
    {
        get
        {
            lock (gate)
            {
                return current is not null;
            }
        }
    }

    /// <summary>The connection, waited for.</summary>
    public Task<RedisLink> UpAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return up.Task.IsCompleted ? up.Task : up.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A call on this connection failed or did not return: it is given up.</summary>
    public void Lost(RedisLink link, Exception reason)
    {
        lock (gate)
        {
            if (!ReferenceEquals(current, link))
            {
                return;
            }

            current = null;
            up = new TaskCompletionSource<RedisLink>(TaskCreationOptions.RunContinuationsAsynchronously);
            down.TrySetResult(reason);
        }
    }

    /// <summary>Keeps a connection up until cancelled. <paramref name="connected"/> is called after each success.</summary>
    public async Task RunAsync(Action connected, CancellationToken cancellationToken)
    {
        Exception? lost = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var link = await ConnectAsync(lost, cancellationToken);
            var failure = Announce(link);
            connected();
            try
            {
                lost = await failure.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lost = null;
            }

            await CloseAsync(link);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task<Exception> Announce(RedisLink link)
    {
        lock (gate)
        {
            down = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
            current = link;
            up.TrySetResult(link);
            return down.Task;
        }
    }

    private async Task<RedisLink> ConnectAsync(Exception? lost, CancellationToken cancellationToken)
    {
        var configuration = ConfigurationOptions.Parse(options.Configuration);
        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 1;
        var isSet = configuration.ConnectTimeout != ClientsConnectTimeoutMs;
        var attempt = isSet ? TimeSpan.FromMilliseconds(configuration.ConnectTimeout) : AttemptTimeout;
        configuration.ConnectTimeout = (int)attempt.TotalMilliseconds;
        var endPoints = string.Join(", ", configuration.EndPoints.Select(ToText));
        if (lost is not null)
        {
            logger.LogWarning("Redis at {EndPoints} is lost: {Reason}. Intake goes on, the newest snapshot of each room waits.", endPoints, Line(lost));
        }

        var remindedAt = lost is null ? (long?)null : time.GetTimestamp();
        Task<ConnectionMultiplexer>? connecting = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                connecting ??= ConnectionMultiplexer.ConnectAsync(configuration);
                var multiplexer = await connecting.WaitAsync(attempt, time, cancellationToken);
                var link = new RedisLink(multiplexer, multiplexer.GetDatabase()) { IsCluster = configuration.Proxy != Proxy.None || IsCluster(multiplexer) };
                multiplexer.ConnectionFailed += (_, failure) =>
                    Lost(link, failure.Exception ?? new IOException(failure.FailureType.ToString()));
                if (lost is not null)
                {
                    meter.CountReconnection();
                }

                if (remindedAt is not null)
                {
                    logger.LogInformation("Redis at {EndPoints} is back.", endPoints);
                }

                return link;
            }
            catch (Exception unreachable) when (unreachable is RedisConnectionException or TimeoutException)
            {
                connecting = connecting is { IsCompleted: false } ? connecting : null;
                if (remindedAt is null || time.GetElapsedTime(remindedAt.Value) >= RemindEvery)
                {
                    remindedAt = time.GetTimestamp();
                    logger.LogWarning(
                        "Redis at {EndPoints} does not answer: {Reason}. Trying on; intake goes on, the newest snapshot of each room waits.",
                        endPoints, Line(unreachable));
                }
            }

            await Task.Delay(RetryEvery, time, cancellationToken);
        }
    }

    private async Task CloseAsync(RedisLink link)
    {
        try
        {
            await link.Multiplexer.CloseAsync(allowCommandsToComplete: false).WaitAsync(CloseTimeout, time);
        }
        catch (Exception stuck) when (stuck is RedisException or TimeoutException or ObjectDisposedException)
        {
            logger.LogDebug(stuck, "The old connection to Redis did not close in time.");
        }
    }

    // A proxy before many servers spreads keys as a cluster does, and the client does not ask about servers behind it.
    private static bool IsCluster(ConnectionMultiplexer multiplexer) =>
        Array.Exists(multiplexer.GetEndPoints(), endPoint => multiplexer.GetServer(endPoint).ServerType is not (ServerType.Standalone or ServerType.Sentinel));

    private static string ToText(System.Net.EndPoint endPoint) => endPoint is System.Net.DnsEndPoint named ? $"{named.Host}:{named.Port}" : endPoint.ToString() ?? "";

    /// <summary>What the client's message says, without its advice on options.</summary>
    private static string Line(Exception reason)
    {
        const string advice = "disable AbortOnConnectFail.";
        var message = reason.Message.ReplaceLineEndings(" ");
        if (message.Contains("authentication", StringComparison.OrdinalIgnoreCase))
        {
            return "it does not accept the user or password";
        }

        var end = message.IndexOf(advice, StringComparison.Ordinal);
        return end < 0 ? message.Split(';')[0] : $"no connection ({message[(end + advice.Length)..].Trim()})";
    }
}
