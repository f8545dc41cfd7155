using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Keeps <c>live:rooms</c>: twice a second the rooms whose online changed, every 5 s all, at once after Redis lost anything. Only
/// rooms whose latest writes Redis took are listed, and a room that is over leaves only if Redis shows nothing newer of it: the list
/// lies in another slot than the rooms, so no script can fence it.
/// </summary>
internal sealed class RoomIndex(
    RedisOptions options, RedisConnection connection, RoomWriter writer, Func<int, long> epochOfGroup, TimeProvider time, ILogger logger)
{
    private const int ChunkRooms = 500;
    private const long FreshMs = 5000;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(5);

    private readonly RedisKey key = RoomKeys.Rooms(options.Prefix);
    private readonly TimeSpan callTimeout = TimeSpan.FromMilliseconds(options.CallTimeoutMs);
    private readonly TimeSpan expiry = TimeSpan.FromHours(options.ExpireHours);
    private long wholeAt = long.MinValue;
    private RedisLink? wholeOn;
    private bool owed;

    /// <summary>Writes until cancelled; <paramref name="finished"/> takes a room that has left the list.</summary>
    public async Task RunAsync(Func<IEnumerable<RoomMailbox>> mailboxes, Action<RoomMailbox> finished, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Every, time, cancellationToken);
            await KeepAsync(await connection.UpAsync(cancellationToken), mailboxes, finished);
        }
    }

    /// <summary>One round of it over a connection.</summary>
    public async Task KeepAsync(RedisLink link, Func<IEnumerable<RoomMailbox>> mailboxes, Action<RoomMailbox> finished)
    {
        var now = time.GetTimestamp();
        var whole = writer.TakeFoundMissing() || owed || !ReferenceEquals(link, wholeOn) || time.GetElapsedTime(wholeAt, now) >= WholeEvery;
        owed = whole;
        try
        {
            await WriteAsync(link.Database, mailboxes(), whole);
            await RemoveAsync(link.Database, mailboxes(), finished);
            owed = false;
            if (whole)
            {
                wholeAt = now;
                wholeOn = link;
            }
        }
        catch (RedisServerException refused) when (!RoomWriter.IsOfAnother(refused))
        {
            logger.LogDebug(refused, "The list of rooms was not written.");
        }
        catch (Exception trouble) when (RoomWriter.IsTrouble(trouble))
        {
            connection.Lost(link, trouble);
        }
    }

    private async Task WriteAsync(IDatabase database, IEnumerable<RoomMailbox> mailboxes, bool whole)
    {
        var entries = new List<SortedSetEntry>();
        var listed = new List<(RoomMailbox Mailbox, long Online)>();
        var sinceMs = time.GetUtcNow().ToUnixTimeMilliseconds() - FreshMs;
        foreach (var mailbox in mailboxes)
        {
            if (mailbox.Newest is { } newest && mailbox.IsShown(sinceMs) && epochOfGroup(mailbox.Group) != 0 && (whole || newest.Summary.Online != mailbox.IndexedOnline))
            {
                entries.Add(new SortedSetEntry(mailbox.Keys.Member, newest.Summary.Online));
                listed.Add((mailbox, newest.Summary.Online));
            }
        }

        foreach (var chunk in entries.Chunk(ChunkRooms))
        {
            await database.SortedSetAddAsync(key, chunk).WaitAsync(callTimeout, time);
        }

        if (whole)
        {
            await database.KeyExpireAsync(key, expiry).WaitAsync(callTimeout, time);
        }
        else if (entries.Count == 0)
        {
            await database.PingAsync().WaitAsync(callTimeout, time);
        }

        foreach (var (mailbox, online) in listed)
        {
            mailbox.IndexedOnline = online;
        }
    }

    private async Task RemoveAsync(IDatabase database, IEnumerable<RoomMailbox> mailboxes, Action<RoomMailbox> finished)
    {
        foreach (var mailbox in mailboxes)
        {
            if (!mailbox.Finished || (mailbox.Group != RoomMailbox.NoGroup && epochOfGroup(mailbox.Group) == 0))
            {
                continue;
            }

            if (await MayLeaveAsync(database, mailbox))
            {
                await database.SortedSetRemoveAsync(key, mailbox.Keys.Member).WaitAsync(callTimeout, time);
            }

            finished(mailbox);
        }
    }

    private async Task<bool> MayLeaveAsync(IDatabase database, RoomMailbox mailbox)
    {
        if (mailbox.Newest is { } newest)
        {
            var storedT = await database.HashGetAsync(mailbox.Keys.Fence, "asOf").WaitAsync(callTimeout, time);
            return storedT.IsNull || (long)storedT <= newest.AsOfMs;
        }

        var shown = await database.HashGetAsync(mailbox.Keys.Screen, "session").WaitAsync(callTimeout, time);
        return shown.IsNull || string.Equals(shown, mailbox.OverSession, StringComparison.Ordinal);
    }
}
