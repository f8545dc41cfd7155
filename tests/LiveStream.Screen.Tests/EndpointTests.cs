using System.Net;
using System.Text.Json;

namespace LiveStream.Screen.Tests;

public sealed class EndpointTests
{
    [Fact]
    public async Task The_page_and_all_it_asks_for_are_served_from_any_folder()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        string page = await screen.Client.GetStringAsync("/");
        Assert.Contains("/assets/js/main.js", page, StringComparison.Ordinal);
        string[] assets = [.. page.Split('"').Where(part => part.StartsWith("/assets/", StringComparison.Ordinal))];
        Assert.True(assets.Length >= 7);
        foreach (string asset in assets)
        {
            using HttpResponseMessage response = await screen.Client.GetAsync(asset);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal("font/woff2", (await screen.Client.GetAsync("/assets/lib/fonts/noto-sans-sc-medium-gb2312.woff2")).Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.NotFound, (await screen.Client.GetAsync("/assets/../ScreenOptions.cs")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await screen.Client.GetAsync("/assets/none.js")).StatusCode);
    }

    [Fact]
    public async Task Files_are_compressed_and_not_sent_twice()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/js/main.js");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using HttpResponseMessage first = await screen.Client.SendAsync(request);
        Assert.Equal("gzip", Assert.Single(first.Content.Headers.ContentEncoding));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/assets/js/main.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await screen.Client.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task The_page_may_ask_no_other_host()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        using HttpResponseMessage response = await screen.Client.GetAsync("/");
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rooms_are_paged_sorted_and_searched()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        for (int i = 0; i < 30; i++)
        {
            screen.Post($"r{i}", 5, $"直播间 {i}", online: i);
        }

        using JsonDocument page = JsonDocument.Parse(await screen.Client.GetStringAsync("/rooms?skip=5&take=2"));
        Assert.Equal(30, page.RootElement.GetProperty("total").GetInt32());
        JsonElement first = page.RootElement.GetProperty("rooms")[0];
        Assert.Equal("r24", first.GetProperty("room").GetString());
        Assert.Equal("直播间 24", first.GetProperty("roomName").GetString());
        Assert.Equal("live", first.GetProperty("status").GetString());
        Assert.Equal(24, first.GetProperty("online").GetInt64());
        Assert.Equal("92233720368547758070", first.GetProperty("gmv").GetRawText());
        Assert.Equal(2, page.RootElement.GetProperty("rooms").GetArrayLength());
        using JsonDocument found = JsonDocument.Parse(await screen.Client.GetStringAsync("/rooms?q=" + Uri.EscapeDataString("间 7")));
        Assert.Equal(1, found.RootElement.GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, (await screen.Client.GetAsync("/rooms?take=many")).StatusCode);
    }

    [Fact]
    public async Task Snapshot_and_series_are_the_published_bytes()
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("r1", 9, series: "[{\"t\":1}]");
        using HttpResponseMessage snapshot = await screen.Client.GetAsync("/rooms/r1/snapshot");
        Assert.Equal("{\"asOf\":9}", await snapshot.Content.ReadAsStringAsync());
        Assert.Equal("application/json", snapshot.Content.Headers.ContentType?.MediaType);
        Assert.Equal("1", Assert.Single(snapshot.Headers.GetValues("X-Sequence")));
        Assert.Equal("[{\"t\":1}]", await screen.Client.GetStringAsync("/rooms/r1/series"));
        Assert.Equal(HttpStatusCode.NotFound, (await screen.Client.GetAsync("/rooms/none/snapshot")).StatusCode);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("新品 夜场?x=1#y")]
    [InlineData("a+b&c")]
    public async Task A_room_may_have_any_name(string room)
    {
        await using TestScreen screen = await TestScreen.StartAsync();
        screen.Post("a/b", 1);
        screen.Post("a%2Fb", 2);
        screen.Post(room, 3);
        string escaped = Uri.EscapeDataString(room).Replace(".", "%2E", StringComparison.Ordinal);
        var address = new Uri(screen.Client.BaseAddress + $"rooms/{escaped}/snapshot", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        Assert.Equal("{\"asOf\":3}", await screen.Client.GetStringAsync(address));
    }

    [Fact]
    public async Task Health_tells_living_from_ready()
    {
        bool isReady = false;
        await using TestScreen screen = await TestScreen.StartAsync(new ScreenOptions { IsReady = () => isReady });
        Assert.Equal(HttpStatusCode.OK, (await screen.Client.GetAsync("/healthz/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await screen.Client.GetAsync("/healthz/ready")).StatusCode);
        isReady = true;
        Assert.Equal(HttpStatusCode.OK, (await screen.Client.GetAsync("/healthz/ready")).StatusCode);
    }
}
