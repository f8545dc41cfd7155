using System.Buffers;
using System.Text;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Publish.Redis;

/// <summary>
/// The sink of one lane: turns snapshots and live numbers into bytes on the lane's thread and leaves them in the rooms' mailboxes.
/// Holds a room back that was let out already in this turn of <see cref="RedisOptions.PublishEveryMs"/>, and lets its newest version out at a later
/// tick. Sessions that the room's keys do not show are passed over. Serialising allocates nothing; each version that is kept allocates
/// its exact array, since the client takes nothing else.
/// </summary>
public sealed class RedisSink : LaneSink
{
    // While a group is not known to be this instance's.
    private const int AnothersWaitMs = 100;

    // Of a room's latest event, by the wall clock.
    private const int BehindMs = 10_000;

    private readonly RedisPublisher publisher;
    private readonly ArrayBufferWriter<byte> text = new(1 << 14);
    private readonly ArrayBufferWriter<byte> liveText = new(1 << 10);
    private readonly List<RoomMailbox> held = [];
    private readonly List<RoomMailbox> heldLive = [];
    private string[] windows = [];
    private CounterTotals totals;
    private long totalsAtMs = long.MinValue;

    internal RedisSink(RedisPublisher publisher) => this.publisher = publisher;

    private long NowMs => publisher.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public override int DueInMs(ReadOnlySpan<byte> room)
    {
        // The end of a room's last session is taken back by what comes of its next one, due or not.
        if (publisher.Find(room) is not { IsClosed: false } mailbox)
        {
            return 0;
        }

        var waitMs = mailbox.Pace.WaitMs(NowMs, publisher.Options.PublishEveryMs);
        return waitMs == 0 && !publisher.IsOurs(mailbox) ? AnothersWaitMs : waitMs;
    }

    /// <inheritdoc/>
    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
    {
        if (!session.Shown)
        {
            return;
        }

        RememberWindows(snapshot);
        while (publisher.MailboxOf(snapshot.Room, session.Group) is { } mailbox)
        {
            mailbox.Live.PutIfNone(snapshot);
            var nowMs = NowMs;
            if (!mailbox.TryPut(Serialise(mailbox, snapshot, session.Series, nowMs), out var replaced))
            {
                continue;
            }

            if (replaced)
            {
                publisher.Meter.CountReplaced();
                return;
            }

            if (IsDue(mailbox, nowMs))
            {
                Release(mailbox, nowMs);
            }
            else
            {
                held.Add(mailbox);
            }

            return;
        }
    }

    /// <inheritdoc/>
    public override void OnLive(LiveFigures live, in SessionOutput session)
    {
        if (!session.Shown)
        {
            return;
        }

        var started = publisher.Time.GetTimestamp();
        while (publisher.MailboxOf(live.Room, session.Group) is { } mailbox)
        {
            if (!mailbox.Live.TryPut(live))
            {
                continue;
            }

            var nowMs = NowMs;
            if (LiveIsDue(mailbox, nowMs))
            {
                publisher.ReleaseLive(mailbox, liveText, Totals(nowMs), nowMs);
            }
            else if (!mailbox.Live.IsHeld)
            {
                mailbox.Live.IsHeld = true;
                heldLive.Add(mailbox);
            }

            break;
        }

        publisher.Pace.Spent(publisher.Time.GetElapsedTime(started), 1);
    }

    /// <inheritdoc/>
    public override void OnSessionOver(ReadOnlySpan<byte> room, ReadOnlySpan<byte> session, long startMs, bool roomEmpty)
    {
        if (roomEmpty && publisher.MailboxOf(room, RoomMailbox.NoGroup) is { } mailbox)
        {
            if (publisher.IsOurs(mailbox))
            {
                Release(mailbox, NowMs);
            }

            mailbox.Close(Encoding.UTF8.GetString(session));
            publisher.Board.Remove(mailbox.Room);
        }
    }

    /// <inheritdoc/>
    public override void OnTick(long wallClockMs)
    {
        var nowMs = NowMs;
        var kept = 0;
        for (var i = 0; i < held.Count; i++)
        {
            var mailbox = held[i];
            if (mailbox.IsRemoved)
            {
                continue;
            }

            if (IsDue(mailbox, nowMs))
            {
                Release(mailbox, nowMs);
            }
            else
            {
                held[kept++] = mailbox;
            }
        }

        held.RemoveRange(kept, held.Count - kept);
        TickLive(nowMs);
    }

    private void TickLive(long nowMs)
    {
        if (heldLive.Count == 0)
        {
            return;
        }

        var started = publisher.Time.GetTimestamp();
        var kept = 0;
        for (var i = 0; i < heldLive.Count; i++)
        {
            var mailbox = heldLive[i];
            if (LiveIsDue(mailbox, nowMs))
            {
                mailbox.Live.IsHeld = false;
                publisher.ReleaseLive(mailbox, liveText, Totals(nowMs), nowMs);
            }
            else
            {
                heldLive[kept++] = mailbox;
            }
        }

        var looked = heldLive.Count;
        heldLive.RemoveRange(kept, heldLive.Count - kept);
        publisher.Pace.Spent(publisher.Time.GetElapsedTime(started), looked);
    }

    private bool IsDue(RoomMailbox mailbox, long nowMs) =>
        mailbox.Pace.WaitMs(nowMs, publisher.Options.PublishEveryMs) == 0 && publisher.IsOurs(mailbox);

    /// <summary>
    /// While the pace is not stretched the engine's own tick is the distance. A room that is being read from far back is not live: there the cores are for
    /// catching up.
    /// </summary>
    private bool LiveIsDue(RoomMailbox mailbox, long nowMs)
    {
        var isBehind = nowMs - mailbox.Live.AtMs > BehindMs;
        return (!isBehind && !publisher.Pace.Stretched)
            || LivePace.IsDue(nowMs, mailbox.Live.StampedAtMs, isBehind ? LivePace.MostMs : publisher.Pace.IntervalMs);
    }

    private void Release(RoomMailbox mailbox, long nowMs)
    {
        mailbox.Pace.Take(nowMs, publisher.Options.PublishEveryMs);
        publisher.Release(mailbox);
    }

    private SettledWrite Serialise(RoomMailbox mailbox, SessionSnapshot snapshot, SeriesView points, long nowMs)
    {
        var previous = mailbox.Latest;
        var series = SeriesText.Of(points, snapshot.StartMs, previous?.Series, text);
        var hot = new HotRows[snapshot.Windows.Length];
        for (var i = 0; i < hot.Length; i++)
        {
            hot[i] = HotRows.Of(snapshot.Windows[i], previous?.Hot[i]);
        }

        var roomName = snapshot.RoomName is null ? "" : ScreenFields.Text(snapshot.RoomName);
        var session = ScreenFields.Text(snapshot.Session);
        var status = snapshot.Ended ? "ended" : "live";
        text.ResetWrittenCount();
        SnapshotJson.Write(text, snapshot, mailbox.Live.Write(liveText, Totals(nowMs), nowMs));
        return new SettledWrite(
            snapshot.AsOfMs,
            new RoomSummary(roomName, session, status, snapshot.Online.Now, snapshot.SessionWindow.Trade.GmvMinor, snapshot.AsOfMs),
            text.WrittenSpan.ToArray(),
            ScreenFields.Values(snapshot, roomName, session, status),
            windows,
            hot,
            series);
    }

    private CounterTotals Totals(long nowMs)
    {
        if (nowMs != totalsAtMs)
        {
            totals = publisher.Counters;
            totalsAtMs = nowMs;
        }

        return totals;
    }

    private void RememberWindows(SessionSnapshot snapshot)
    {
        if (windows.Length != snapshot.Windows.Length)
        {
            windows = [.. snapshot.Windows.Select(window => window.Name)];
        }
    }
}
