using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Writes rooms: takes them from a queue in which each room stands at most once, sends the script, hands the reply to the room's
/// mailbox. <see cref="WritersPerQueue"/> asynchronous writers a queue, so that many rooms are in flight on one connection and no
/// thread waits. A call that fails leaves the room waiting; the publisher's timer queues it again.
/// </summary>
internal sealed class RoomWriter(
    RedisOptions options, RedisConnection connection, PublishMeter meter, LivePace pace, Func<int, long> epochOfGroup, TimeProvider time, ILogger logger)
{
    /// <summary>Calls in flight of each of the two kinds.</summary>
    public const int WritersPerQueue = 128;

    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    // Unbounded by type only: a mailbox is in each queue at most once, and mailboxes are capped.
    private readonly Channel<RoomMailbox> settled = Channel.CreateUnbounded<RoomMailbox>();
    private readonly Channel<RoomMailbox> live = Channel.CreateUnbounded<RoomMailbox>();
    private readonly TimeSpan callTimeout = TimeSpan.FromMilliseconds(options.CallTimeoutMs);
    private readonly long expireSeconds = options.ExpireHours * 3600L;
    private readonly Lock sayGate = new();
    private bool foundMissing;
    private long saidErrorAt;
    private long saidFencedAt;

    /// <summary>Rooms whose settled numbers wait for a writer.</summary>
    public ChannelReader<RoomMailbox> SettledQueue => settled.Reader;

    /// <summary>Rooms whose live numbers wait for a writer.</summary>
    public ChannelReader<RoomMailbox> LiveQueue => live.Reader;

    /// <summary>Whether a room was found missing since the last call: the list of rooms may be gone too.</summary>
    public bool TakeFoundMissing() => Interlocked.Exchange(ref foundMissing, false);

    /// <summary>Queues a room whose settled numbers wait, unless it is queued.</summary>
    public void QueueSettled(RoomMailbox mailbox)
    {
        if (mailbox.TryQueueSettled())
        {
            settled.Writer.TryWrite(mailbox);
        }
    }

    /// <summary>Queues a room whose live numbers wait, unless it is queued.</summary>
    public void QueueLive(RoomMailbox mailbox)
    {
        if (mailbox.Live.TryQueue())
        {
            live.Writer.TryWrite(mailbox);
        }
    }

    /// <summary>All writers, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var writers = new List<Task>(2 * WritersPerQueue);
        for (var i = 0; i < WritersPerQueue; i++)
        {
            writers.Add(WriteAllAsync(settled.Reader, WriteSettledAsync, cancellationToken));
            writers.Add(WriteAllAsync(live.Reader, WriteLiveAsync, cancellationToken));
        }

        return Task.WhenAll(writers);
    }

    /// <summary>Writes a room's settled numbers over a connection; when that fails it waits to be queued again.</summary>
    public Task WriteSettledAsync(RedisLink link, RoomMailbox mailbox) =>
        WriteAsync(link, mailbox, TryWriteSettledAsync, static failed => failed.SettledFailed());

    /// <summary>Writes a room's live numbers over a connection; when that fails it waits to be queued again.</summary>
    public Task WriteLiveAsync(RedisLink link, RoomMailbox mailbox) =>
        WriteAsync(link, mailbox, TryWriteLiveAsync, static failed => failed.Live.Failed());

    private async Task WriteAllAsync(ChannelReader<RoomMailbox> queue, Func<RedisLink, RoomMailbox, Task> write, CancellationToken cancellationToken)
    {
        await foreach (var mailbox in queue.ReadAllAsync(cancellationToken))
        {
            await write(await connection.UpAsync(cancellationToken), mailbox);
        }
    }

    private async Task WriteAsync(RedisLink link, RoomMailbox mailbox, Func<RedisLink, RoomMailbox, Task> write, Action<RoomMailbox> failed)
    {
        try
        {
            await write(link, mailbox);
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            meter.CountFailed();
            failed(mailbox);
            if (trouble is RedisServerException refused && !IsOfAnother(refused))
            {
                SayRefused(refused);
            }
            else
            {
                connection.Lost(link, trouble);
            }
        }
    }

    /// <summary>Failures of a call or its connection; anything else is an error of this program and ends it.</summary>
    internal static bool IsTrouble(Exception trouble) =>
        trouble is RedisException or TimeoutException or ObjectDisposedException or TaskCanceledException or IOException;

    /// <summary>
    /// The server is not the one to write to any more, or not yet: it became a replica, or it loads its data. The next connection looks for the
    /// one that is.
    /// </summary>
    internal static bool IsOfAnother(RedisServerException refused) =>
        refused.Message.StartsWith("READONLY", StringComparison.Ordinal) || refused.Message.StartsWith("LOADING", StringComparison.Ordinal)
        || refused.Message.StartsWith("MASTERDOWN", StringComparison.Ordinal) || refused.Message.Contains("-READONLY", StringComparison.Ordinal);

    private async Task TryWriteSettledAsync(RedisLink link, RoomMailbox mailbox)
    {
        // Nothing is sent for a group that is not ours now; what waits goes out, or is dropped, when that is known again.
        var epoch = epochOfGroup(mailbox.Group);
        if (!mailbox.TryTakeSettled(epoch, expireSeconds, out var call))
        {
            return;
        }

        var sentAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var reply = await EvaluateAsync(link, Scripts.Settled, call.Keys, call.Arguments);
        if (mailbox.SettledReplied(call, reply, sentAtMs))
        {
            settled.Writer.TryWrite(mailbox);
        }

        switch (reply)
        {
            case Scripts.Written:
                meter.CountWritten();
                break;
            case Scripts.NeedsWhole:
                meter.CountHealed();
                Volatile.Write(ref foundMissing, true);
                break;
            default:
                meter.CountFenced();
                SayFenced(mailbox.Room, call.Write.AsOfMs, -reply);
                break;
        }
    }

    private async Task TryWriteLiveAsync(RedisLink link, RoomMailbox mailbox)
    {
        var started = time.GetTimestamp();
        if (!mailbox.Live.TryTake(epochOfGroup(mailbox.Group), mailbox.SettledMs, mailbox.ExpectedMs, out var call))
        {
            return;
        }

        var sentAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var evaluating = EvaluateAsync(
            link, Scripts.Live, mailbox.Keys.Live, [call.Epoch, call.OffsetSum, call.Json, expireSeconds, call.ExpectedMs, call.SettledMs]);
        pace.Spent(time.GetElapsedTime(started));
        var reply = await evaluating;
        if (mailbox.Live.Replied(reply, sentAtMs))
        {
            live.Writer.TryWrite(mailbox);
        }

        if (reply == Scripts.NeedsWhole)
        {
            meter.CountHealed();
            Volatile.Write(ref foundMissing, true);
            mailbox.WriteWhole();
            QueueSettled(mailbox);
        }

        if (reply > 0)
        {
            meter.CountLiveWritten();
        }
        else
        {
            meter.CountFenced();
        }
    }

    private async Task<long> EvaluateAsync(RedisLink link, string script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return (long)await link.Database.ScriptEvaluateAsync(script, keys, arguments).WaitAsync(callTimeout, time);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The client forgets its scripts on this answer and loads them again.
            return (long)await link.Database.ScriptEvaluateAsync(script, keys, arguments).WaitAsync(callTimeout, time);
        }
    }

    private void SayRefused(RedisServerException refused)
    {
        if (MaySay(ref saidErrorAt))
        {
            logger.LogWarning("Redis refuses writes: {Reason}. Trying on.", refused.Message.ReplaceLineEndings(" "));
        }
    }

    private void SayFenced(string room, long asOfMs, long storedMs)
    {
        if (MaySay(ref saidFencedAt))
        {
            logger.LogInformation(
                "Room {Room} at {AsOf} is not written: Redis has {Stored} of it. Rooms stay silent until they have caught up.", room, asOfMs, storedMs);
        }
    }

    private bool MaySay(ref long saidAt)
    {
        lock (sayGate)
        {
            var now = time.GetTimestamp();
            if (saidAt != 0 && time.GetElapsedTime(saidAt, now) < SayEvery)
            {
                return false;
            }

            saidAt = now;
            return true;
        }
    }
}
