using System.Buffers;
using LiveStream.Publish.Redis;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>Large values with two versions kept.</summary>
public sealed class RedisVersionsTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private RedisServer server = null!;
    private RedisState state = null!;
    private RedisVersions versions = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        server = await RedisServer.StartAsync();
        state = await RedisState.ConnectAsync(server.Configuration, "live", Limit, TimeProvider.System);
        versions = new RedisVersions(state);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await state.DisposeAsync();
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_written_is_read_whatever_its_length()
    {
        foreach (var length in (int[])[1, 1000, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 10_000_000])
        {
            var bytes = Bytes(length);
            Assert.True(await versions.WriteAsync("group-3", $"v{length}", 1, new ReadOnlySequence<byte>(bytes)));
            Assert.Equal(bytes, (await versions.ReadAsync("group-3", $"v{length}")).SelectMany(chunk => chunk));
        }
    }

    [Fact]
    public async Task The_last_two_are_kept_and_nothing_else()
    {
        for (var i = 1; i <= 5; i++)
        {
            await WriteAsync("group-3", $"v{i}");
            await WriteAsync("group-4", $"w{i}");
        }

        Assert.Equal(["v5", "v4"], await versions.ListAsync("group-3"));
        Assert.Equal(["w5", "w4"], await versions.ListAsync("group-4"));
        Assert.Equal(":6\r\n", await server.CommandAsync("EVAL", "return #redis.call('KEYS', 'live:state:*')", "0"));
        Assert.Equal(":-1\r\n", await server.CommandAsync("TTL", "live:state:{group-3}:v5:0"));
    }

    [Fact]
    public async Task Whoever_was_overtaken_writes_nothing()
    {
        var name = RedisVersions.EpochName("group-3");
        Assert.Equal((100, 0), await state.RaiseAsync(name, 100));
        Assert.True(await WriteAsync("group-3", "v1", 100));
        Assert.Equal((101, 100), await state.RaiseAsync(name, 50));
        Assert.False(await WriteAsync("group-3", "v2", 100));
        Assert.Equal(["v1"], await versions.ListAsync("group-3"));
        Assert.Empty(await versions.ReadAsync("group-3", "v2"));
        Assert.Equal(":0\r\n", await server.CommandAsync("EXISTS", "live:state:{group-3}:v2:0"));
        Assert.True(await WriteAsync("group-3", "v3", 101));
    }

    [Fact]
    public async Task Epochs_are_no_less_than_the_caller_says()
    {
        var name = RedisVersions.EpochName("group-3");
        await state.RaiseAsync(name, 1_700_000_000_000);
        await server.CommandAsync("FLUSHALL");
        Assert.Equal((1_700_000_000_777, 0), await state.RaiseAsync(name, 1_700_000_000_777));
        Assert.Equal((1_700_000_000_778, 1_700_000_000_777), await state.RaiseAsync(name, 0));
        Assert.Equal((1_800_000_000_000, 1_700_000_000_778), await state.RaiseAsync(name, 1_800_000_000_000));
    }

    [Fact]
    public async Task Epochs_are_given_once()
    {
        var raised = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => state.RaiseAsync(RedisVersions.EpochName("group-3"), 10)));
        Assert.Equal(Enumerable.Range(10, 50).Select(epoch => (long)epoch), raised.Select(counter => counter.Now).Order());
    }

    [Fact]
    public async Task Writers_at_the_same_time_leave_two_whole_versions()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => WriteAsync("group-3", $"v{i}")));
        var listed = await versions.ListAsync("group-3");
        Assert.Equal(2, listed.Count);
        foreach (var version in listed)
        {
            Assert.Equal(Bytes(100), (await versions.ReadAsync("group-3", version)).SelectMany(chunk => chunk));
        }

        Assert.Equal(":3\r\n", await server.CommandAsync("EVAL", "return #redis.call('KEYS', 'live:state:*')", "0"));
    }

    [Fact]
    public async Task A_version_that_lost_a_chunk_is_seen_to_be_shorter_and_can_be_removed()
    {
        await WriteAsync("group-3", "v1");
        await versions.WriteAsync("group-3", "v2", 1, new ReadOnlySequence<byte>(Bytes(9_000_000)));
        await server.CommandAsync("DEL", "live:state:{group-3}:v2:1");
        Assert.Equal(2, (await versions.ReadAsync("group-3", "v2")).Count);
        await versions.RemoveAsync("group-3", "v2");
        Assert.Equal(["v1"], await versions.ListAsync("group-3"));
    }

    [Fact]
    public async Task A_server_without_memory_refuses_and_keeps_what_it_has()
    {
        await WriteAsync("group-3", "v1");
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        Assert.Contains("OOM", (await Assert.ThrowsAsync<IOException>(() => WriteAsync("group-3", "v2"))).Message, StringComparison.Ordinal);
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Equal(["v1"], await versions.ListAsync("group-3"));
        Assert.True(await WriteAsync("group-3", "v2"));
    }

    [Fact]
    public async Task A_server_that_was_killed_is_found_again_by_the_next_call()
    {
        await WriteAsync("group-3", "v1");
        await server.KillAsync();
        await Assert.ThrowsAsync<IOException>(() => WriteAsync("group-3", "v2"));
        await server.StartAgainAsync();
        Assert.True(await WriteAsync("group-3", "v3"));
        Assert.Equal(["v3"], await versions.ListAsync("group-3"));
    }

    [Fact]
    public async Task A_server_that_is_frozen_costs_no_more_than_the_limit()
    {
        await using var quick = await RedisState.ConnectAsync(server.Configuration, "live", TimeSpan.FromMilliseconds(300), TimeProvider.System);
        await server.FreezeAsync();
        var from = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<IOException>(() => new RedisVersions(quick).ListAsync("group-3"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(from).TotalSeconds, 0, 10);
        await server.ThawAsync();
        Assert.Empty(await versions.ListAsync("group-3"));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private Task<bool> WriteAsync(string name, string version, long epoch = 1) => versions.WriteAsync(name, version, epoch, new ReadOnlySequence<byte>(Bytes(100)));
}
