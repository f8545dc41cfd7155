using System.Text;

namespace LiveStream.Publish.Tests;

public sealed class RoomBoardTests
{
    private static readonly CancellationToken Deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token;

    [Fact]
    public void Shows_the_newest_of_each_room_and_ignores_an_older_version()
    {
        var board = new RoomBoard();
        Post(board, "a", 2);
        Post(board, "a", 1);
        Assert.True(board.TryGet("a", out RoomView view));
        Assert.Equal(2, view.Version);
        Assert.Equal("{\"v\":2}", Text(view.SnapshotJson));
        Assert.Equal(1, view.Sequence);
        Post(board, "a", 2);
        Assert.True(board.TryGet("a", out view));
        Assert.Equal(2, view.Sequence);
        Assert.False(board.TryGet("b", out _));
    }

    [Fact]
    public void A_live_object_goes_with_its_snapshot_and_is_replaced_by_the_next()
    {
        var board = new RoomBoard();
        board.PostLive("a", Json(0));
        Assert.False(board.TryGet("a", out _));
        Post(board, "a", 1);
        board.PostLive("a", Json(7));
        Assert.True(board.TryGet("a", out RoomView view));
        Assert.Equal("{\"v\":7}", Text(view.LiveJson));
        Post(board, "a", 2);
        Assert.True(board.TryGet("a", out view));
        Assert.True(view.LiveJson.IsEmpty);
    }

    [Fact]
    public void Lists_the_busiest_first_in_pages_and_finds_by_name_or_id()
    {
        var board = new RoomBoard();
        for (int i = 0; i < 25; i++)
        {
            board.PostSnapshot($"room{i}", Summary($"Name {i}", online: i), Json(i), Json(i), 1);
        }

        RoomPage page = board.Rooms(10, 5, null);
        Assert.Equal(25, page.Total);
        Assert.Equal(["room14", "room13", "room12", "room11", "room10"], page.Rooms.Select(row => row.Room));
        Assert.Equal("room24", Assert.Single(board.Rooms(0, 9, " nAmE 24 ").Rooms).Room);
        Assert.Empty(board.Rooms(99, 9, null).Rooms);
        Assert.Empty(board.Rooms(-3, -1, null).Rooms);
    }

    [Fact]
    public async Task A_subscriber_gets_the_newest_first_and_then_each_version()
    {
        var board = new RoomBoard();
        Assert.False(board.TrySubscribe("a", out _));
        Post(board, "a", 1);
        board.PostLive("a", Json(10));
        Assert.True(board.TrySubscribe("a", out RoomSubscription? subscription));
        Assert.True(await subscription.WaitAsync(Deadline));
        Assert.Equal((RoomMessageKind.Snapshot, 1L, "{\"v\":1}"), Take(subscription));
        Assert.Equal((RoomMessageKind.Live, 1L, "{\"v\":10}"), Take(subscription));
        Assert.False(subscription.TryTake(out _));
        Post(board, "a", 2);
        board.PostLive("a", Json(11));
        board.PostLive("a", Json(12));
        Assert.True(await subscription.WaitAsync(Deadline));
        Assert.Equal((RoomMessageKind.Snapshot, 2L, "{\"v\":2}"), Take(subscription));
        Assert.Equal((RoomMessageKind.Live, 2L, "{\"v\":12}"), Take(subscription));
        board.Unsubscribe(subscription);
        Post(board, "a", 3);
        Assert.False(subscription.TryTake(out _));
    }

    [Fact]
    public void A_slow_subscriber_holds_a_few_snapshots_and_sees_the_gap()
    {
        var board = new RoomBoard();
        Post(board, "a", 1);
        Assert.True(board.TrySubscribe("a", out RoomSubscription? subscription));
        for (int version = 2; version <= 1000; version++)
        {
            Post(board, "a", version);
        }

        var sequences = new List<long>();
        while (subscription.TryTake(out RoomMessage? message))
        {
            sequences.Add(message.Value.Sequence);
        }

        Assert.InRange(sequences.Count, 1, RoomSubscription.SnapshotCapacity);
        Assert.Equal(1000, sequences[^1]);
        Assert.Equal(1000 - sequences.Count, subscription.Replaced);
    }

    [Fact]
    public async Task Removing_a_room_ends_its_subscriptions_and_it_may_come_back()
    {
        var board = new RoomBoard();
        Post(board, "a", 5);
        Assert.True(board.TrySubscribe("a", out RoomSubscription? subscription));
        board.Remove("a");
        Assert.True(await subscription.WaitAsync(Deadline));
        Assert.Equal(1L, Take(subscription).Sequence);
        Assert.False(await subscription.WaitAsync(Deadline));
        Assert.Equal(0, board.Count);
        Assert.Empty(board.Rooms(0, 9, null).Rooms);
        Post(board, "a", 1);
        Assert.True(board.TryGet("a", out RoomView view));
        Assert.Equal(1, view.Version);
        Assert.Equal("a", Assert.Single(board.Rooms(0, 9, null).Rooms).Room);
    }

    [Fact]
    public void A_full_board_refuses_and_counts()
    {
        var board = new RoomBoard(maxRooms: 2);
        Post(board, "a", 1);
        Post(board, "b", 1);
        Post(board, "c", 1);
        Post(board, "a", 2);
        Assert.Equal(2, board.Count);
        Assert.Equal(1, board.RefusedRooms);
    }

    [Fact]
    public async Task Many_writers_and_readers_agree_in_the_end()
    {
        var board = new RoomBoard();
        Post(board, "r0", 1);
        Assert.True(board.TrySubscribe("r0", out RoomSubscription? subscription));
        Task[] writers = [.. Enumerable.Range(0, 4).Select(room => Task.Run(() =>
        {
            for (int version = 2; version <= 3000; version++)
            {
                Post(board, $"r{room}", version);
                board.PostLive($"r{room}", Json(version));
                board.Rooms(0, 2, null);
            }
        }))];
        long last = 0;
        while (last < 3000)
        {
            Assert.True(await subscription.WaitAsync(Deadline));
            while (subscription.TryTake(out RoomMessage? message))
            {
                Assert.True(message.Value.Sequence >= last, "the order is kept");
                last = message.Value.Sequence;
            }
        }

        await Task.WhenAll(writers);
        Assert.Equal(4, board.Count);
    }

    private static void Post(RoomBoard board, string room, int version) =>
        board.PostSnapshot(room, Summary(room, online: 1), Json(version), "[]"u8.ToArray(), version);

    private static RoomSummary Summary(string name, long online) => new(name, "s", "live", online, 100, 1);

    private static byte[] Json(int value) => Encoding.UTF8.GetBytes($"{{\"v\":{value}}}");

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private static (RoomMessageKind Kind, long Sequence, string Json) Take(RoomSubscription subscription)
    {
        Assert.True(subscription.TryTake(out RoomMessage? message));
        return (message.Value.Kind, message.Value.Sequence, Text(message.Value.Json));
    }
}
