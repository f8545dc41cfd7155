using LiveStream.Publish.Redis;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>A primary with a replica, either of which may be the one that is written to: recovery.md, 5 and 6.</summary>
public sealed class RedisFailoverTests : IAsyncLifetime
{
    private const int Rooms = 50;

    private RedisServer primary = null!;
    private RedisServer replica = null!;
    private PublisherBench bench = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        primary = await RedisServer.StartAsync();
        replica = await RedisServer.StartAsync();
        await replica.CommandAsync("REPLICAOF", "127.0.0.1", $"{primary.Port}");
        bench = new PublisherBench($"{primary.Configuration},{replica.Configuration}");
    }

    public async ValueTask DisposeAsync()
    {
        if (bench is not null)
        {
            await bench.DisposeAsync();
            await replica.DisposeAsync();
            await primary.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_replica_that_was_behind_when_it_took_over_is_brought_up_to_date()
    {
        PutAll(10_000);
        await bench.UntilAsync(() => AllAsync(replica, 10_000), 20, "the replica has all rooms");

        // It does not hear of the newest version before it takes over.
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        PutAll(11_000);
        await bench.UntilAsync(() => AllAsync(primary, 11_000), 10, "the primary has the newest of all rooms");
        await primary.KillAsync();
        var took = await bench.UntilAsync(() => AllAsync(replica, 11_000), 15, "the new primary has the newest of all rooms");
        Assert.InRange(took.TotalSeconds, 0, 6);
        Assert.Equal(1, bench.Log.Count("is back"));
    }

    [Fact]
    public async Task A_primary_that_became_a_replica_is_left_for_the_new_one()
    {
        PutAll(10_000);
        await bench.UntilAsync(() => AllAsync(replica, 10_000), 20, "the replica has all rooms");
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await primary.CommandAsync("REPLICAOF", "127.0.0.1", $"{replica.Port}");
        PutAll(11_000);
        await bench.UntilAsync(() => AllAsync(replica, 11_000), 20, "the new primary has the newest of all rooms");
        Assert.True(bench.Publisher.IsConnected);
    }

    [Fact]
    public async Task What_is_kept_of_checkpoints_moves_on_to_the_new_primary()
    {
        await using var state = await RedisState.ConnectAsync(
            $"{primary.Configuration},{replica.Configuration}", "live", TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.Equal((7, 0), await state.RaiseAsync("epoch", 7));
        await bench.UntilAsync(async () => (await replica.CommandAsync("GET", "live:state:epoch")).Contains("\n7\r", StringComparison.Ordinal), 20, "the replica has the counter");
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await primary.CommandAsync("REPLICAOF", "127.0.0.1", $"{replica.Port}");
        (long Now, long Before) raised = default;
        await bench.UntilAsync(RaisesAsync, 20, "the new primary raises the counter");
        Assert.Equal((8, 7), raised);

        async Task<bool> RaisesAsync()
        {
            try
            {
                raised = await state.RaiseAsync("epoch", 0);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private void PutAll(long asOfMs)
    {
        for (var room = 0; room < Rooms; room++)
        {
            bench.Put(PublisherBench.Snapshot($"r{room}", asOfMs, seed: room % 7));
        }
    }

    private static async Task<bool> AllAsync(RedisServer server, long asOfMs)
    {
        for (var room = 0; room < Rooms; room++)
        {
            if (await server.CommandAsync("HGET", $"live:{{r{room}}}:screen", "asOf") is var reply && !reply.EndsWith($"\n{asOfMs}\r\n", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
