using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Redis;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Redis;

public sealed class RoomMailboxTests
{
    private readonly RoomMailbox mailbox = new("r1", 0, new RoomKeys("live", "r1"));

    [Fact]
    public void What_is_held_is_not_written_before_it_is_let_out()
    {
        Assert.True(mailbox.TryPut(Version(1), out _));
        Assert.False(mailbox.TryQueueSettled());
        Assert.Equal(1, mailbox.Release(out _)!.AsOfMs);
        Assert.True(mailbox.TryQueueSettled());
        Assert.False(mailbox.TryQueueSettled());
        Assert.True(mailbox.TryTakeSettled(7, 60, out var call));
        Assert.Equal((1, 7), (call.Write.AsOfMs, call.Epoch));
        Assert.False(mailbox.SettledReplied(call, Scripts.Written, 0));
        Assert.Null(mailbox.Release(out _));
        Assert.False(mailbox.TryQueueSettled());
    }

    [Fact]
    public async Task A_room_of_which_the_end_was_heard_first_belongs_to_the_group_of_its_next_session()
    {
        const int group = 5;
        await using var publisher = new RedisPublisher(
            new RedisOptions(), new RoomBoard(), () => default, static _ => 1, TimeProvider.System, new PublisherBench.Lines());
        var sink = publisher.CreateSink();
        sink.OnSessionOver("r1"u8, "s1"u8, 0, roomEmpty: true);
        sink.OnSnapshot(PublisherBench.Snapshot("r1", 1000, "s2"), new SessionOutput(group, shown: true, default));
        Assert.Equal(group, Assert.Single(publisher.Mailboxes).Group);
        publisher.DropGroup(group);
        Assert.Empty(publisher.Mailboxes);
    }

    [Fact]
    public async Task A_room_is_due_before_its_first_version_and_when_the_last_one_was_let_out_long_ago_unless_its_group_is_another_instances()
    {
        var (clock, epoch) = (new Clock(), 1L);
        await using var publisher = new RedisPublisher(
            new RedisOptions { PublishEveryMs = 1000 }, new RoomBoard(), () => default, _ => epoch, clock, new PublisherBench.Lines());
        var sink = publisher.CreateSink();
        Assert.Equal(0, sink.DueInMs("r1"u8));
        Assert.Empty(publisher.Mailboxes);
        sink.OnSnapshot(PublisherBench.Snapshot("r1", 1000), new SessionOutput(0, shown: true, default));
        Assert.Equal(900, sink.DueInMs("r1"u8));
        Assert.Equal(0, sink.DueInMs("r2"u8));
        clock.NowMs += 899;
        Assert.Equal(1, sink.DueInMs("r1"u8));
        clock.NowMs++;
        Assert.Equal(0, sink.DueInMs("r1"u8));
        epoch = 0;
        Assert.InRange(sink.DueInMs("r1"u8), 1, 1000);
        epoch = 1;
        sink.OnSnapshot(PublisherBench.Snapshot("r1", 2000), new SessionOutput(0, shown: true, default));
        Assert.Equal(950, sink.DueInMs("r1"u8));
        sink.OnSessionOver("r1"u8, "s1"u8, 0, roomEmpty: true);
        Assert.Equal(0, sink.DueInMs("r1"u8));
    }

    [Fact]
    public void The_newest_wins_and_each_one_that_gave_way_is_reported_once()
    {
        Assert.True(mailbox.TryPut(Version(1), out var replaced));
        Assert.False(replaced);
        mailbox.TryPut(Version(2), out replaced);
        Assert.True(replaced);
        mailbox.Release(out replaced);
        Assert.False(replaced);
        mailbox.TryPut(Version(3), out replaced);
        Assert.False(replaced);
        mailbox.Release(out replaced);
        Assert.True(replaced);
        Assert.True(mailbox.TryTakeSettled(1, 60, out var call));
        Assert.Equal(3, call.Write.AsOfMs);
    }

    [Fact]
    public void A_version_that_comes_during_a_call_goes_out_after_its_reply()
    {
        var first = Take(1);
        mailbox.TryPut(Version(2), out _);
        mailbox.Release(out var replaced);
        Assert.False(replaced);
        Assert.False(mailbox.TryQueueSettled());
        Assert.True(mailbox.SettledReplied(first, Scripts.Written, 0));
        Assert.True(mailbox.TryTakeSettled(1, 60, out var second));
        Assert.Equal("1", (string?)second.Arguments[2]);
        Assert.False(mailbox.SettledReplied(second, Scripts.Written, 0));
    }

    [Fact]
    public void A_failed_call_is_tried_again_whole()
    {
        mailbox.SettledReplied(Take(1), Scripts.Written, 0);
        Take(2);
        mailbox.SettledFailed();
        Assert.True(mailbox.IsWaiting);
        Assert.True(mailbox.TryQueueSettled());
        Assert.True(mailbox.TryTakeSettled(1, 60, out var again));
        Assert.Equal("", (string?)again.Arguments[2]);
        Assert.Equal("w", (string?)again.Arguments[8]);
    }

    [Fact]
    public void A_base_that_is_gone_is_written_whole_and_a_refusal_ends_the_matter()
    {
        mailbox.SettledReplied(Take(1), Scripts.Written, 0);
        var second = Take(2);
        Assert.Equal("", (string?)second.Arguments[8]);
        Assert.True(mailbox.SettledReplied(second, Scripts.NeedsWhole, 0));
        Assert.True(mailbox.TryTakeSettled(1, 60, out var whole));
        Assert.Equal("", (string?)whole.Arguments[2]);
        Assert.False(mailbox.SettledReplied(whole, -5000, 0));
        Assert.False(mailbox.IsWaiting);
        Assert.False(mailbox.IsShown(0));
    }

    [Fact]
    public void Lists_show_a_room_only_on_fresh_replies()
    {
        mailbox.SettledReplied(Take(1), Scripts.Written, sentAtMs: 10_000);
        Assert.True(mailbox.IsShown(9_000));
        Assert.False(mailbox.IsShown(11_000));
        mailbox.Live.TryPut(new RandomSnapshots(1).Live("r1"u8.ToArray()));
        mailbox.Live.Replied(Scripts.Written, sentAtMs: 12_000);
        Assert.True(mailbox.IsShown(11_000));
        mailbox.Close("s1");
        Assert.False(mailbox.IsShown(0));
    }

    [Fact]
    public void A_closed_room_leaves_when_nothing_waits_and_a_dropped_one_at_once()
    {
        var call = Take(1);
        mailbox.Close("s1");
        Assert.False(mailbox.Finished);
        Assert.False(mailbox.TryRemove(always: false));
        mailbox.SettledReplied(call, Scripts.Written, 0);
        Assert.True(mailbox.Finished);
        Assert.True(mailbox.TryRemove(always: false));
        Assert.False(mailbox.TryPut(Version(2), out _));

        var dropped = new RoomMailbox("r2", 0, new RoomKeys("live", "r2"));
        dropped.TryPut(Version(1), out _);
        Assert.True(dropped.TryRemove(always: true));
        Assert.Null(dropped.Release(out _));
        Assert.False(dropped.Live.TryPut(new LiveFigures()));
    }

    [Fact]
    public void A_closed_room_that_comes_back_stays()
    {
        mailbox.SettledReplied(Take(1), Scripts.Written, 0);
        mailbox.Close("s1");
        mailbox.TryPut(Version(2), out _);
        Assert.False(mailbox.Finished);
        Assert.False(mailbox.TryRemove(always: false));
    }

    [Fact]
    public void Settled_numbers_stand_in_for_live_ones_once_a_session()
    {
        var scratch = new ArrayBufferWriter<byte>();
        Assert.True(mailbox.Live.Write(scratch, default, 0).IsEmpty);
        Assert.Null(mailbox.Live.Stamp(scratch, default, 0));
        var snapshot = PublisherBench.Snapshot("r1", 5000);
        mailbox.Live.PutIfNone(snapshot);
        Assert.Contains($"\"at\":5000,\"watermark\":5000,\"lagMs\":1000,", Text());
        var figures = new RandomSnapshots(1).Live("r1"u8.ToArray());
        figures.Session = "s1"u8.ToArray();
        figures.AtMs = 7000;
        mailbox.Live.TryPut(figures);
        mailbox.Live.PutIfNone(snapshot);
        Assert.Contains("\"at\":7000,", Text());
        mailbox.Live.PutIfNone(PublisherBench.Snapshot("r1", 9000, "s2"));
        Assert.Contains("\"at\":9000,", Text());

        string Text() => System.Text.Encoding.UTF8.GetString(mailbox.Live.Stamp(scratch, default, 6000)!);
    }

    private SettledCall Take(long asOfMs)
    {
        mailbox.TryPut(Version(asOfMs), out _);
        mailbox.Release(out _);
        mailbox.TryQueueSettled();
        Assert.True(mailbox.TryTakeSettled(1, 60, out var call));
        return call;
    }

    private SettledWrite Version(long asOfMs)
    {
        var series = SeriesText.Of(default, 0, mailbox.Latest?.Series, new ArrayBufferWriter<byte>());
        var hot = HotRows.Of(new WindowFigures("1m"), mailbox.Latest?.Hot[0]);
        return new SettledWrite(asOfMs, default, [1, 2, 3], [asOfMs], ["1m"], [hot], series);
    }

    private sealed class Clock : TimeProvider
    {
        public long NowMs { get; set; } = 1_000_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
    }
}
