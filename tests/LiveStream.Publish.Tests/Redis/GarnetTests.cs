using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>The same scripts on Garnet, the embedded server.</summary>
public sealed class GarnetTests : IAsyncLifetime
{
    private readonly int port = FreePort();
    private GarnetServer server = null!;
    private PublisherBench bench = null!;

    public ValueTask InitializeAsync()
    {
        server = new GarnetServer(["--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--lua", "--memory", "64m", "--index", "4m", "-q"]);
        server.Start();
        bench = new PublisherBench(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        server.Dispose();
    }

    [Fact]
    public async Task A_room_is_written_fenced_and_healed()
    {
        var database = await bench.ReadAsync();
        var versions = new List<string>();
        await database.Multiplexer.GetSubscriber().SubscribeAsync("live:{r1}", (_, version) => versions.Add(version!));
        var points = new RandomSnapshots(5).Points(500, 10_000, 10_000);
        bench.Put(PublisherBench.Snapshot("r1", 60_000), fine: points);
        await bench.UntilAsync(async () => await database.SortedSetLengthAsync("live:rooms") == 1, 10, "live:rooms");
        await bench.UntilAsync(() => database.KeyExistsAsync("live:{r1}:now"), 5, "now");
        Assert.Equal("60000", (string?)await database.HashGetAsync("live:{r1}:screen", "asOf"));
        Assert.Equal(500, await database.ListLengthAsync("live:{r1}:series"));
        Assert.True(await database.KeyExistsAsync("live:{r1}:hot:session"));
        Assert.InRange((await database.KeyTimeToLiveAsync("live:{r1}:snapshot"))!.Value.TotalHours, 23.9, 24);
        await bench.UntilAsync(() => versions.Contains("60000"), 5, "channel");

        bench.Put(PublisherBench.Snapshot("r1", 59_000), fine: points);
        await bench.UntilAsync(() => bench.Publisher.Meter.Fenced == 1, 5, "refused");
        bench.Put(PublisherBench.Snapshot("r1", 61_000), fine: points);
        await bench.UntilAsync(async () => await database.HashGetAsync("live:{r1}:screen", "asOf") == "61000", 5, "next");

        await database.ExecuteAsync("FLUSHALL");
        var took = await bench.UntilAsync(
            async () => await database.KeyExistsAsync("live:{r1}:snapshot") && await database.ListLengthAsync("live:{r1}:series") == 500
                && await database.SortedSetLengthAsync("live:rooms") == 1,
            5,
            "healed");
        Assert.InRange(took.TotalSeconds, 0, 2);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
