using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Writes rooms: takes them from a queue in which each room stands at most once, sends the script, hands the reply to the room's
/// mailbox. Asynchronous writers, so that many rooms are in flight on one connection and no thread waits. Live numbers are small and many: those of
/// all rooms that wait go out in one call, unless the server is a cluster. A call that fails leaves its rooms waiting; the publisher's timer queues
/// them again.
/// </summary>
internal sealed class RoomWriter(
    RedisOptions options, RedisConnection connection, PublishMeter meter, LivePace pace, Func<int, long> epochOfGroup, TimeProvider time, ILogger logger)
{
    /// <summary>Most rooms whose live numbers go out in one call: some 300 us of the server's time.</summary>
    public const int LiveRoomsPerCall = 64;

    // Calls in flight. Few of the live ones: rooms that wait for one to return go out together. Not too many settled ones: live calls wait behind them.
    private const int SettledWriters = 64;
    private const int LiveWriters = 4;

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
        return Task.WhenAll(
        [
            .. Enumerable.Range(0, SettledWriters).Select(_ => WriteAllSettledAsync(cancellationToken)),
            .. Enumerable.Range(0, LiveWriters).Select(_ => WriteAllLiveAsync(cancellationToken)),
        ]);
    }

    /// <summary>Writes a room's settled numbers over a connection; when that fails it waits to be queued again.</summary>
    public Task WriteSettledAsync(RedisLink link, RoomMailbox mailbox) =>
        WriteAsync(link, mailbox, TryWriteSettledAsync, static failed => failed.SettledFailed());

    /// <summary>Writes the live numbers of rooms over a connection; when that fails they wait to be queued again.</summary>
    public Task WriteLiveAsync(RedisLink link, ReadOnlySpan<RoomMailbox> mailboxes)
    {
        var batch = LiveBatch.Take(mailboxes, epochOfGroup, expireSeconds);
        return batch.Count == 0 ? Task.CompletedTask : link.IsCluster ? WriteEachAsync(link, batch) : WriteLiveAsync(link, batch);
    }

    private async Task WriteAllSettledAsync(CancellationToken cancellationToken)
    {
        await foreach (var mailbox in settled.Reader.ReadAllAsync(cancellationToken))
        {
            await WriteSettledAsync(await connection.UpAsync(cancellationToken), mailbox);
        }
    }

    private async Task WriteAllLiveAsync(CancellationToken cancellationToken)
    {
        var waiting = new RoomMailbox[LiveRoomsPerCall];
        while (await live.Reader.WaitToReadAsync(cancellationToken))
        {
            var link = await connection.UpAsync(cancellationToken);
            var started = time.GetTimestamp();
            var count = 0;
            while (count < waiting.Length && live.Reader.TryRead(out var mailbox))
            {
                waiting[count++] = mailbox;
            }

            var writing = WriteLiveAsync(link, waiting.AsSpan(0, count));
            pace.Spent(time.GetElapsedTime(started), count);
            await writing;
        }
    }

    private Task WriteLiveAsync(RedisLink link, LiveBatch batch) => WriteAsync(link, batch, TryWriteLiveAsync, static failed => failed.Failed());

    private Task WriteEachAsync(RedisLink link, LiveBatch batch) =>
        Task.WhenAll(Enumerable.Range(0, batch.Count).Select(room => WriteLiveAsync(link, batch.Single(room))));

    private async Task WriteAsync<T>(RedisLink link, T rooms, Func<RedisLink, T, Task> write, Action<T> failed)
    {
        try
        {
            await write(link, rooms);
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            meter.CountFailed();
            failed(rooms);
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
        var reply = (long)await EvaluateAsync(link, Scripts.Settled, call.Keys, call.Arguments);
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

    private async Task TryWriteLiveAsync(RedisLink link, LiveBatch batch)
    {
        var sentAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        string replies;
        try
        {
            replies = (string)(await EvaluateAsync(link, Scripts.Live, batch.Keys, batch.Arguments))!;
        }
        catch (RedisServerException refused) when (batch.Count > 1 && !IsOfAnother(refused))
        {
            // The keys of one room may be what it refuses, and a cluster that hides behind one address refuses all that do not lie together.
            link.IsCluster |= refused.Message.Contains("CROSSSLOT", StringComparison.Ordinal);
            await WriteEachAsync(link, batch);
            return;
        }

        for (var i = 0; i < batch.Count; i++)
        {
            LiveReplied(batch[i], replies[i] - '0', sentAtMs);
        }
    }

    private void LiveReplied(RoomMailbox mailbox, long reply, long sentAtMs)
    {
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

    private async Task<RedisResult> EvaluateAsync(RedisLink link, string script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await link.Database.ScriptEvaluateAsync(script, keys, arguments).WaitAsync(callTimeout, time);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The client forgets its scripts on this answer and loads them again.
            return await link.Database.ScriptEvaluateAsync(script, keys, arguments).WaitAsync(callTimeout, time);
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
