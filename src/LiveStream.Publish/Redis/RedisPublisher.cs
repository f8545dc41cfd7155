using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using LiveStream.Pipeline.Output;
using Microsoft.Extensions.Logging;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Puts rooms into Redis and on the board. Owns the connection, one mailbox per room (at most <see cref="RedisOptions.MaxRooms"/>)
/// and the loops that empty them. Lanes hand over through the <see cref="RedisSink"/>s that it makes and never wait: while Redis is
/// away the newest version of each room stays, and after it returns, or has lost its keys, all rooms are written again.
/// Made by a composition root: <see cref="Start"/>, then the engine, then <see cref="StopAsync"/> after the engine has ended.
/// </summary>
public sealed class RedisPublisher : IAsyncDisposable
{
    private const long RestampAfterMs = 900;

    private static readonly TimeSpan TimerEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryFailedEvery = TimeSpan.FromMilliseconds(500);

    private readonly RedisOptions options;
    private readonly Func<CounterTotals> counters;
    private readonly Func<int, long> epochOfGroup;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly RedisConnection connection;
    private readonly RoomWriter writer;
    private readonly RoomIndex index;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<byte[], RoomMailbox> mailboxes = new(RoomNames.Comparer);
    private readonly ConcurrentDictionary<byte[], RoomMailbox>.AlternateLookup<ReadOnlySpan<byte>> mailboxOf;
    private Task running = Task.CompletedTask;

    /// <summary>Reads the options; connects only in <see cref="Start"/>.</summary>
    /// <param name="options">Validated, see <see cref="RedisOptions.Fault"/>.</param>
    /// <param name="board">Shows the same bytes over HTTP.</param>
    /// <param name="counters">Of this instance, for the live objects; called by several threads.</param>
    /// <param name="epochOfGroup">The fencing epoch of a partition group, 0 = nothing of it may be published now; called by several threads.</param>
    /// <param name="time">Clock of the whole process.</param>
    /// <param name="logger">For what an operator must know: lost, back, refused.</param>
    public RedisPublisher(
        RedisOptions options, RoomBoard board, Func<CounterTotals> counters, Func<int, long> epochOfGroup, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.counters = counters;
        this.epochOfGroup = epochOfGroup;
        this.time = time;
        this.logger = logger;
        Board = board;
        Meter = new PublishMeter();
        Pace = new LivePace(options.LiveEveryMs);
        connection = new RedisConnection(options, Meter, time, logger);
        writer = new RoomWriter(options, connection, Meter, Pace, epochOfGroup, time, logger);
        index = new RoomIndex(options, connection, writer, epochOfGroup, time, logger);
        mailboxOf = mailboxes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>What it did.</summary>
    public PublishMeter Meter { get; }

    /// <summary>Whether Redis is reachable, for readiness.</summary>
    public bool IsConnected => connection.IsUp;

    internal RoomBoard Board { get; }

    internal RoomWriter Writer => writer;

    internal RoomIndex Index => index;

    internal IEnumerable<RoomMailbox> Mailboxes => mailboxes.Values;

    internal LivePace Pace { get; }

    internal RedisOptions Options => options;

    internal TimeProvider Time => time;

    internal CounterTotals Counters => counters();

    /// <summary>Ends when the loops end: by <see cref="StopAsync"/>, or early with the error of one of them.</summary>
    public Task Completion => running;

    /// <summary>Starts the loops. Returns at once, also when there is no Redis.</summary>
    public void Start() => running = RunAsync();

    /// <summary>Makes the sink of a lane.</summary>
    public RedisSink CreateSink() => new(this);

    /// <summary>The group is no longer this instance's: nothing of its rooms is written any more. Call it when no lane holds them.</summary>
    public void DropGroup(int group)
    {
        foreach (var (room, mailbox) in mailboxes)
        {
            if (mailbox.Group == group && mailbox.TryRemove(always: true))
            {
                mailboxes.TryRemove(KeyValuePair.Create(room, mailbox));
                Board.Remove(mailbox.Room);
            }
        }
    }

    /// <summary>
    /// Call it when the lanes have ended: writes what waits, until all is written or <paramref name="cancellationToken"/> says that
    /// it takes too long, then closes. Throws what a loop threw.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        foreach (var mailbox in mailboxes.Values)
        {
            Release(mailbox);
        }

        while (!running.IsCompleted && !cancellationToken.IsCancellationRequested && mailboxes.Values.Any(mailbox => mailbox.IsWaiting && IsOurs(mailbox)))
        {
            try
            {
                await Task.Delay(TimerEvery / 4, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                logger.LogWarning(
                    "Stopping with {Rooms} rooms unwritten: Redis did not take them in time.", mailboxes.Values.Count(static mailbox => mailbox.IsWaiting));
            }
        }

        await stopping.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            logger.LogDebug("The publisher has stopped.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        Meter.Dispose();
        stopping.Dispose();
    }

    /// <summary>The mailbox of a room, null when there is none.</summary>
    internal RoomMailbox? Find(ReadOnlySpan<byte> room) => mailboxOf.TryGetValue(room, out var mailbox) ? mailbox : null;

    /// <summary>The mailbox of a room, made when there is none; null when there are too many rooms.</summary>
    internal RoomMailbox? MailboxOf(ReadOnlySpan<byte> room, int group)
    {
        if (mailboxOf.TryGetValue(room, out var mailbox))
        {
            if (mailbox.Group == RoomMailbox.NoGroup)
            {
                mailbox.Group = group;
            }

            return mailbox;
        }

        if (mailboxes.Count >= options.MaxRooms)
        {
            Meter.CountRefusedRoom();
            return null;
        }

        var name = Encoding.UTF8.GetString(room);
        return mailboxes.GetOrAdd([.. room], new RoomMailbox(name, group, new RoomKeys(options.Prefix, name)));
    }

    /// <summary>Whether rooms of the group may be published now, on screens of this process too.</summary>
    internal bool IsOurs(RoomMailbox mailbox) => epochOfGroup(mailbox.Group) != 0;

    /// <summary>Lets a version that is held out, on the board and towards Redis.</summary>
    internal void Release(RoomMailbox mailbox)
    {
        if (mailbox.Release(out var replaced) is { } write)
        {
            Board.PostSnapshot(mailbox.Room, write.Summary, write.Snapshot, write.Series.Json, write.AsOfMs);
            writer.QueueSettled(mailbox);
        }

        if (replaced)
        {
            Meter.CountReplaced();
        }
    }

    /// <summary>Lets the live numbers out, stamped with the wall clock.</summary>
    internal void ReleaseLive(RoomMailbox mailbox, ArrayBufferWriter<byte> scratch, in CounterTotals totals, long nowMs)
    {
        if (IsOurs(mailbox) && mailbox.Live.Stamp(scratch, totals, nowMs) is { } json)
        {
            Board.PostLive(mailbox.Room, json);
            writer.QueueLive(mailbox);
        }
    }

    private async Task RunAsync()
    {
        Task[] loops =
        [
            connection.RunAsync(CheckAll, stopping.Token),
            writer.RunAsync(stopping.Token),
            index.RunAsync(() => mailboxes.Values, Finish, stopping.Token),
            TickAsync(stopping.Token),
        ];
        var first = await Task.WhenAny(loops);
        if (!stopping.IsCancellationRequested)
        {
            logger.LogCritical(first.Exception, "The publisher has failed.");
            await stopping.CancelAsync();
        }

        await Task.WhenAll(loops);
    }

    /// <summary>A new connection may lead to an empty Redis: every room's live numbers go out, and their replies tell.</summary>
    internal void CheckAll()
    {
        var scratch = new ArrayBufferWriter<byte>(1024);
        var totals = counters();
        foreach (var mailbox in mailboxes.Values)
        {
            ReleaseLive(mailbox, scratch, totals, time.GetUtcNow().ToUnixTimeMilliseconds());
            writer.QueueSettled(mailbox);
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        var scratch = new ArrayBufferWriter<byte>(1024);
        using var timer = new PeriodicTimer(TimerEvery, time);
        var tickedAt = time.GetTimestamp();
        var retriedAt = tickedAt;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = time.GetTimestamp();
            Pace.Update(time.GetElapsedTime(tickedAt, now));
            tickedAt = now;
            Restamp(scratch);
            if (time.GetElapsedTime(retriedAt, now) >= RetryFailedEvery)
            {
                retriedAt = now;
                RetryAndMeasure();
            }
        }
    }

    /// <summary>A room without a live write for nearly a second gets one.</summary>
    internal void Restamp(ArrayBufferWriter<byte> scratch)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        CounterTotals? totals = null;
        foreach (var (_, mailbox) in mailboxes)
        {
            if (LivePace.IsDue(nowMs, mailbox.Live.StampedAtMs, RestampAfterMs))
            {
                var current = totals ??= counters();
                ReleaseLive(mailbox, scratch, current, nowMs);
            }
        }
    }

    /// <summary>Rooms whose write failed are queued again.</summary>
    internal void RetryAndMeasure()
    {
        long rooms = 0, waiting = 0, bytes = 0;
        foreach (var (_, mailbox) in mailboxes)
        {
            rooms++;
            var pending = mailbox.PendingBytes;
            if (pending > 0)
            {
                waiting++;
                bytes += pending;
                writer.QueueSettled(mailbox);
                writer.QueueLive(mailbox);
            }
        }

        Meter.SetGauges(rooms, waiting, bytes, Pace.IntervalMs);
    }

    /// <summary>Forgets a room that is over, unless something came in meanwhile.</summary>
    internal void Finish(RoomMailbox mailbox)
    {
        if (mailbox.TryRemove(always: false))
        {
            mailboxes.TryRemove(KeyValuePair.Create(Encoding.UTF8.GetBytes(mailbox.Room), mailbox));
        }
    }
}
