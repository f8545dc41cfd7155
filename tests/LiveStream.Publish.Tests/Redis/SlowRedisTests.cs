using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>A server that answers, but late: recovery.md, 6.</summary>
public sealed class SlowRedisTests : IAsyncLifetime
{
    private const int Rooms = 200;
    private const int Turns = 30;

    private RedisServer server = null!;
    private SlowWay way = null!;
    private PublisherBench bench = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        server = await RedisServer.StartAsync();
        way = new SlowWay(server.Port, answersTakeMs: 0);
        bench = new PublisherBench(way.Configuration);
        await bench.UntilAsync(() => bench.Publisher.IsConnected, 10, "connected");
    }

    public async ValueTask DisposeAsync()
    {
        if (server is null)
        {
            return;
        }

        way.AnswersTakeMs = 0;
        await bench.DisposeAsync();
        await way.DisposeAsync();
        await server.DisposeAsync();
    }

    /// <summary>Answers that take longer than a room's turn: what is overtaken is left out, the connection is kept, and no room is left behind.</summary>
    [Fact]
    public async Task Late_answers_cost_versions_and_neither_the_connection_nor_memory()
    {
        way.AnswersTakeMs = 400;
        for (var turn = 1; turn <= Turns; turn++)
        {
            PutAll(turn * 1000);
            Assert.InRange(bench.Publisher.Meter.PendingRooms, 0, Rooms);
            var written = bench.Publisher.Meter.Written;
            await bench.UntilAsync(() => bench.Publisher.Meter.Written > written, 10, "something is written every turn");
        }

        await bench.UntilAsync(AllNewestAsync, 15, "the newest of every room");
        Assert.True(bench.Publisher.Meter.Replaced > 0);
        Assert.Equal(0, bench.Publisher.Meter.Reconnections);
        Assert.Equal(0, bench.Log.Count("is lost"));
    }

    /// <summary>Answers that never come in time are as none; once they do, every room is right again.</summary>
    [Fact]
    public async Task Answers_later_than_a_call_may_take_are_no_answers()
    {
        PutAll(1_000);
        way.AnswersTakeMs = 3_000;
        await bench.UntilAsync(() => bench.Log.Count("is lost") > 0, 20, "the connection is given up");
        PutAll(Turns * 1000);
        way.AnswersTakeMs = 0;
        await bench.UntilAsync(AllNewestAsync, 15, "the newest of every room");
    }

    private void PutAll(long asOfMs)
    {
        for (var room = 0; room < Rooms; room++)
        {
            bench.Put(PublisherBench.Snapshot($"r{room}", asOfMs, seed: room % 7));
        }
    }

    private async Task<bool> AllNewestAsync()
    {
        for (var room = 0; room < Rooms; room++)
        {
            if (await server.CommandAsync("HGET", $"live:{{r{room}}}:screen", "asOf") is var reply
                && !reply.EndsWith($"\n{Turns * 1000}\r\n", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
