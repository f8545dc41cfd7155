using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>Two owners of one room: recovery.md, 5.</summary>
public sealed class RedisFencingTests : IAsyncLifetime
{
    private RedisServer server = null!;
    private PublisherBench older = null!;
    private PublisherBench newer = null!;
    private IDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        server = await RedisServer.StartAsync();
        older = new PublisherBench(server.Configuration, epoch: 1);
        newer = new PublisherBench(server.Configuration, epoch: 2);
        database = await newer.ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (older is not null)
        {
            await older.DisposeAsync();
            await newer.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_smaller_T_is_refused_and_the_owner_goes_on_when_it_has_caught_up()
    {
        await PutAsync(newer, 60_000);
        older.Epoch = 3;
        older.Put(PublisherBench.Snapshot("r1", 59_000, seed: 2));
        await older.UntilAsync(() => older.Publisher.Meter.Fenced == 1, 5, "refused");
        Assert.Equal("60000", await AsOfAsync());
        await older.UntilAsync(() => older.Log.Count("Room r1 at 59000 is not written: Redis has 60000") == 1, 5, "said");
        older.Put(PublisherBench.Snapshot("r1", 61_000, seed: 2));
        await older.UntilAsync(async () => await AsOfAsync() == "61000", 5, "caught up");
    }

    [Fact]
    public async Task At_equal_T_a_smaller_epoch_is_refused_and_an_equal_one_passes()
    {
        await PutAsync(newer, 60_000, session: "of the new owner");
        older.Put(PublisherBench.Snapshot("r1", 60_000, "of the old owner"));
        await older.UntilAsync(() => older.Publisher.Meter.Fenced > 0, 5, "refused");
        Assert.Equal("of the new owner", (string?)await database.HashGetAsync("live:{r1}:screen", "session"));
        newer.Put(PublisherBench.Snapshot("r1", 60_000, "again"));
        await newer.UntilAsync(async () => await database.HashGetAsync("live:{r1}:screen", "session") == "again", 5, "equal passes");
    }

    [Fact]
    public async Task What_another_owner_wrote_in_between_is_overwritten_whole()
    {
        var points = new RandomSnapshots(1).Points(4, 10_000, 10_000);
        older.Put(PublisherBench.Snapshot("r1", 10_000), fine: points[..1]);
        await older.UntilAsync(async () => await AsOfAsync() == "10000", 5, "first owner");
        newer.Put(PublisherBench.Snapshot("r1", 20_000, seed: 9), fine: points[..2]);
        await newer.UntilAsync(async () => await AsOfAsync() == "20000", 5, "second owner");
        older.Put(PublisherBench.Snapshot("r1", 30_000), fine: points[..3]);
        await older.UntilAsync(async () => await AsOfAsync() == "30000", 5, "first owner again");
        Assert.Equal(1, older.Publisher.Meter.Healed);
        Assert.Equal(3, await database.ListLengthAsync("live:{r1}:series"));
        foreach (var window in PublisherBench.Snapshot("r1", 0).Windows)
        {
            var expected = window.HotProducts.Select(row => Convert.ToHexString(row.Product)).Distinct().Count();
            Assert.Equal(expected, await database.SortedSetLengthAsync($"live:{{r1}}:hot:{window.Name}"));
        }
    }

    [Fact]
    public async Task Live_numbers_go_by_epoch_then_by_offsets()
    {
        var figures = new RandomSnapshots(1).Live("r1"u8.ToArray());
        figures.OffsetSum = 100;
        figures.Online = 1;
        newer.PutLive(figures);
        await OnlineAsync(1);
        figures.Online = 2;
        figures.OffsetSum = 200;
        older.PutLive(figures);
        await older.UntilAsync(() => older.Publisher.Meter.Fenced > 0, 5, "refused by epoch");
        await OnlineAsync(1);
        older.Epoch = 2;
        figures.Online = 3;
        older.PutLive(figures);
        await OnlineAsync(3);
        var fenced = newer.Publisher.Meter.Fenced;
        await newer.UntilAsync(() => newer.Publisher.Meter.Fenced > fenced, 5, "refused by offsets");
        await OnlineAsync(3);
    }

    [Fact]
    public async Task An_owner_that_restored_an_older_T_is_silent_in_all_keys_until_it_has_caught_up()
    {
        var figures = new RandomSnapshots(1).Live("r1"u8.ToArray());
        figures.OffsetSum = 1_000;
        figures.Online = 1;
        await PutAsync(newer, 60_000);
        newer.PutLive(figures);
        await OnlineAsync(1);

        older.Epoch = 3;
        older.Put(PublisherBench.Snapshot("r1", 50_000, seed: 2));
        figures.OffsetSum = 500;
        figures.Online = 2;
        older.PutLive(figures);
        await older.UntilAsync(() => older.Publisher.Meter.Fenced >= 3, 5, "both refused");
        await OnlineAsync(1);
        Assert.Equal("60000", await AsOfAsync());

        older.Put(PublisherBench.Snapshot("r1", 60_000, seed: 2));
        older.PutLive(figures);
        await OnlineAsync(2);
        figures.Online = 3;
        newer.PutLive(figures);
        var fenced = newer.Publisher.Meter.Fenced;
        await newer.UntilAsync(() => newer.Publisher.Meter.Fenced > fenced, 5, "the old owner is out");
        await OnlineAsync(2);
    }

    [Fact]
    public async Task Whoever_is_in_doubt_changes_nothing_even_in_a_redis_that_was_flushed()
    {
        await PutAsync(older, 10_000);
        await older.UntilAsync(async () => (await database.SortedSetScoreAsync("live:rooms", "r1")).HasValue, 5, "listed");
        Assert.True(older.Board.TryGet("r1", out var shown));
        older.Epoch = 0;
        await older.UntilAsync(() => database.KeyDeleteAsync("live:rooms"), 5, "unlisted");
        await server.CommandAsync("FLUSHALL");
        var versions = new List<string>();
        await database.Multiplexer.GetSubscriber().SubscribeAsync("live:{r1}", (_, version) => versions.Add(version!));
        older.Put(PublisherBench.Snapshot("r1", 11_000));
        older.PutLive(new RandomSnapshots(1).Live("r1"u8.ToArray()));

        // The other publisher's write, made after, is there: the queues of this one have long been looked at.
        await PutAsync(newer, 5_000, room: "r2");
        await older.UntilAsync(async () => (await database.SortedSetScoreAsync("live:rooms", "r2")).HasValue, 5, "the other's room is listed");
        Assert.Empty(await Task.WhenAll(((string[])["snapshot", "screen", "now", "fence", "series"]).Select(async key => await database.KeyExistsAsync($"live:{{r1}}:{key}") ? key : null))
            is var there ? there.OfType<string>() : []);
        Assert.Null(await database.SortedSetScoreAsync("live:rooms", "r1"));
        Assert.Empty(versions);
        Assert.True(older.Board.TryGet("r1", out var still));
        Assert.Equal((shown.Version, shown.Sequence), (still.Version, still.Sequence));

        older.Epoch = 1;
        await older.UntilAsync(async () => await AsOfAsync() == "11000" && await database.KeyExistsAsync("live:{r1}:now"), 5, "certain again, it writes what waited");
    }

    [Fact]
    public async Task A_dropped_group_writes_nothing_any_more()
    {
        await PutAsync(older, 10_000);
        await older.UntilAsync(() => database.KeyExistsAsync("live:{r1}:now"), 5, "now");
        older.Publisher.DropGroup(0);
        Assert.False(older.Board.TryGet("r1", out _));
        await PutAsync(newer, 11_000);
        await newer.UntilAsync(async () => (await database.SortedSetScoreAsync("live:rooms", "r1")).HasValue, 5, "listed");
        Assert.Equal(0, older.Publisher.Meter.Fenced);
    }

    private async Task PutAsync(PublisherBench owner, long asOfMs, string session = "s1", string room = "r1")
    {
        owner.Put(PublisherBench.Snapshot(room, asOfMs, session));
        await owner.UntilAsync(async () => await database.HashGetAsync($"live:{{{room}}}:screen", "asOf") == $"{asOfMs}", 5, $"T = {asOfMs}");
    }

    private async Task<string?> AsOfAsync() => await database.HashGetAsync("live:{r1}:screen", "asOf");

    private Task OnlineAsync(long online) => newer.UntilAsync(
        async () => ((string?)await database.StringGetAsync("live:{r1}:now"))?.Contains($"\"online\":{online},", StringComparison.Ordinal) == true,
        5,
        $"online {online}");
}
