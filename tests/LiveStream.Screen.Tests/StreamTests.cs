using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LiveStream.Screen.Tests;

public sealed class StreamTests
{
    private static readonly string[] Numbers = ["snapshot", "live"];

    [Fact]
    public async Task The_whole_snapshot_comes_first_then_each_version_with_its_number()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 1000);
        screen.PostLive("r1", "{\"gmv\":1}");
        using EventReader events = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        Assert.Equal("text/event-stream", events.ContentType);
        Assert.Equal(new ServerEvent("snapshot", "1", "{\"asOf\":1000}"), await events.NextAsync(Numbers));
        Assert.Equal(new ServerEvent("live", "1", "{\"gmv\":1}"), await events.NextAsync(Numbers));
        screen.Post("r1", 2000);
        Assert.Equal(new ServerEvent("snapshot", "2", "{\"asOf\":2000}"), await events.NextAsync(Numbers));
        screen.PostLive("r1", "{\"gmv\":2}");
        Assert.Equal(new ServerEvent("live", "2", "{\"gmv\":2}"), await events.NextAsync(Numbers));
    }

    [Fact]
    public async Task Json_over_several_lines_arrives_whole()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 1);
        screen.PostLive("r1", "{\n  \"gmv\": 1\n}");
        using EventReader events = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        Assert.Equal("{\n\"gmv\": 1\n}", (await events.NextAsync("live"))!.Data);
    }

    [Fact]
    public async Task A_heartbeat_tells_the_time_when_nothing_happens()
    {
        await using TestScreen screen = await TestScreen.StartAsync(new ScreenOptions { StreamHeartbeat = TimeSpan.FromMilliseconds(60) });
        screen.Post("r1", 1);
        using EventReader events = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        long first = long.Parse((await events.NextAsync("clock"))!.Data);
        long second = long.Parse((await events.NextAsync("clock"))!.Data);
        Assert.True(second > first);
        Assert.InRange(first, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 20_000, second);
    }

    [Fact]
    public async Task A_room_that_leaves_says_so_and_ends_the_stream()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 1);
        using EventReader events = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        await events.NextAsync("snapshot");
        screen.Board.Remove("r1");
        Assert.NotNull(await events.NextAsync("gone"));
        Assert.Null(await events.NextAsync("snapshot", "live", "clock"));
        Assert.Equal(HttpStatusCode.NotFound, (await screen.Client.GetAsync("/rooms/r1/stream")).StatusCode);
    }

    [Fact]
    public async Task Streams_are_capped_and_a_place_that_is_left_is_free_again()
    {
        await using TestScreen screen = await TestScreen.StartAsync(new ScreenOptions { MaxStreamClients = 2 });
        screen.Post("r1", 1);
        using EventReader first = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        EventReader second = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        using (HttpResponseMessage third = await screen.Client.GetAsync("/rooms/r1/stream"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
            Assert.StartsWith("All 2 streams", await third.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        second.Dispose();
        await Eventually.TrueAsync(async () =>
        {
            using HttpResponseMessage again = await screen.Client.GetAsync("/rooms/r1/stream", HttpCompletionOption.ResponseHeadersRead);
            return again.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_nobody_up()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 1);
        using var silent = new TcpClient { ReceiveBufferSize = 4096 };
        await silent.ConnectAsync(screen.Client.BaseAddress!.Host, screen.Client.BaseAddress.Port);
        await silent.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /rooms/r1/stream HTTP/1.1\r\nHost: x\r\n\r\n"));
        using EventReader reading = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        await reading.NextAsync("snapshot");
        byte[] large = Encoding.UTF8.GetBytes($"{{\"x\":\"{new string('x', 200_000)}\"}}");
        for (int version = 2; version <= 60; version++)
        {
            screen.Board.PostSnapshot("r1", default, large, large, version);
            ServerEvent? next = await reading.NextAsync("snapshot");
            Assert.Equal(version.ToString(), next?.Id);
        }
    }

    [Fact]
    public async Task Stopping_ends_open_streams_at_once()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 1);
        using EventReader events = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        await events.NextAsync("snapshot");
        await screen.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Only_a_demo_says_that_it_is_one()
    {
        await using TestScreen screen = await TestScreen.StartAsync(new ScreenOptions
        {
            DemoTruth = room => room == "r1" ? new DemoTruth(new Dictionary<string, long> { ["like"] = 3 }, 990, 2, 77) : null,
        });
        screen.Post("r1", 1);
        using EventReader events = await EventReader.OpenAsync(screen.Client, "/rooms/r1/stream");
        Assert.NotNull(await events.NextAsync("demo"));
        Assert.Equal("{\"events\":{\"like\":3},\"gmv\":990,\"payments\":2,\"asOf\":77}", await screen.Client.GetStringAsync("/demo/truth?room=r1"));
        Assert.Equal(HttpStatusCode.NotFound, (await screen.Client.GetAsync("/demo/truth?room=r2")).StatusCode);
        await using TestScreen plain = await TestScreen.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await plain.Client.GetAsync("/demo/truth?room=r1")).StatusCode);
    }
}
