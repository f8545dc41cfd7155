using System.Globalization;
using LiveStream.Publish;
using LiveStream.Screen;

namespace LiveStream.Browser;

/// <summary>The page in a real Chromium: what a person in front of the wall sees.</summary>
public sealed class BigScreenTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Drawn = "document.querySelectorAll('#hot li').length === 10";

    [Theory]
    [InlineData("wall", 1920, 1080, "zh")]
    [InlineData("wall-en", 1920, 1080, "en")]
    [InlineData("laptop", 1366, 768, "zh")]
    [InlineData("phone", 390, 844, "zh")]
    public async Task Every_card_fits_and_nothing_complains(string name, int width, int height, string language)
    {
        Show evening = Evening();
        await using ScreenHost host = await ScreenHost.StartAsync(new ScreenOptions { DemoTruth = _ => Truth(evening) });
        host.Feed(evening);
        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang={language}", width, height);
        await watched.UntilAsync(Drawn);
        await watched.Page.ClickAsync("#funnelNames .chip:nth-child(2)");
        await watched.UntilAsync("Number(document.querySelector('#sequence').textContent.slice(1)) >= 4");
        await watched.UntilAsync("!document.querySelector('#truth').hidden");
        await watched.PictureAsync(name);

        bool isStacked = width < 960;
        string overflow = isStacked ? "document.documentElement.scrollWidth > innerWidth"
            : "document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth";
        Assert.False(await watched.Page.EvaluateAsync<bool>(overflow), "the page scrolls");
        Assert.Empty(await watched.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('output.num')]"
            + ".filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline').map(e => e.id + ' ' + e.textContent)"));
        Assert.Matches(language == "zh" ? @"^¥\d+\.\d万$" : @"^¥[\d.]+K$", await watched.TextAsync("#gmv"));
        Assert.Empty(watched.Complaints);
        Assert.All(watched.Addresses, address => Assert.StartsWith(host.Url, address, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Numbers_appear_and_change()
    {
        await using ScreenHost host = await ScreenHost.StartAsync();
        Show evening = Evening(700);
        host.Feed(evening);
        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang=zh");
        await watched.UntilAsync(Drawn);
        Assert.Equal("新品夜场 · 秋冬上新", await watched.TextAsync("#roomName"));
        Assert.Equal("直播中", await watched.TextAsync("#status"));
        Assert.Matches(@"^¥\d+\.\d万$", await watched.TextAsync("#gmv"));
        Assert.Matches(@"^\d{1,3}(,\d{3})*$", await watched.TextAsync("#viewers"));
        Assert.EndsWith("%", await watched.TextAsync("#interactionRate"), StringComparison.Ordinal);
        string before = await watched.TextAsync("#entries");
        await watched.UntilAsync($"document.querySelector('#entries').textContent !== '{before}'");
        await watched.UntilAsync("document.querySelector('#asOf').textContent !== '--'");
        await host.StopFeedAsync();
        string expected = evening.Count("enter").ToString("N0", CultureInfo.InvariantCulture);
        await watched.UntilAsync($"document.querySelector('#entries').textContent === '{expected}'");
    }

    [Fact]
    public async Task The_language_switches_and_is_remembered()
    {
        await using ScreenHost host = await ScreenHost.StartAsync();
        host.Feed(Evening(700));
        await using WatchedPage watched = await browser.OpenAsync(host.Url);
        await watched.UntilAsync(Drawn);
        Assert.Equal("成交金额(已支付)", await watched.TextAsync(".gmv h2"));
        await watched.Page.ClickAsync("#language");
        Assert.Equal("GMV (paid)", await watched.TextAsync(".gmv h2"));
        await watched.UntilAsync("/^¥[\\d.]+K$/.test(document.querySelector('#gmv').textContent)");
        await watched.Page.ReloadAsync();
        await watched.UntilAsync(Drawn);
        Assert.Equal("Paid orders", await watched.TextAsync("#trade .cell:first-child label"));
        await watched.Page.GotoAsync($"{host.Url}/?lang=zh");
        Assert.Equal("成交金额(已支付)", await watched.TextAsync(".gmv h2"));
    }

    [Fact]
    public async Task A_silent_feed_is_said_and_never_shown_as_new()
    {
        await using ScreenHost host = await ScreenHost.StartAsync();
        host.Feed(Evening(700));
        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang=zh");
        await watched.UntilAsync(Drawn);
        Assert.False(await watched.Page.IsVisibleAsync("#banner"));
        await host.StopFeedAsync();
        await watched.UntilAsync("document.querySelector('#banner').textContent.includes('数据中断') && !document.querySelector('#banner').hidden");
        await watched.UntilAsync("getComputedStyle(document.querySelector('.grid')).opacity < 0.31");
        await watched.PictureAsync("stale");
    }

    [Fact]
    public async Task A_lost_server_is_said_and_found_again()
    {
        Show evening = Evening(700);
        ScreenHost host = await ScreenHost.StartAsync();
        host.Feed(evening);
        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang=zh");
        await watched.UntilAsync(Drawn);
        string address = host.Url;
        await host.DisposeAsync();
        await watched.UntilAsync("document.querySelector('#banner').textContent.includes('正在重连')");
        await using ScreenHost next = await ScreenHost.StartAsync(url: address);
        next.Feed(evening);
        await watched.UntilAsync("document.querySelector('#banner').hidden && !document.body.classList.contains('stale')", 20_000);
    }

    [Fact]
    public async Task A_number_that_is_not_known_says_why()
    {
        await using ScreenHost host = await ScreenHost.StartAsync();
        new Show("fresh", "刚刚开播", ScreenHost.NowMs()).Post(host.Board, ScreenHost.NowMs() + 60_000);
        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang=zh");
        await watched.UntilAsync("document.querySelector('#arppu')?.textContent === '--'");
        Assert.Equal("暂无买家", await watched.TextAsync("#arppu + small"));
        Assert.Equal("暂无买家", await watched.Page.GetAttributeAsync("#arppu", "title"));
        Assert.Equal("--", await watched.TextAsync("#interactionRate"));
        Assert.Equal("--", await watched.TextAsync("#retention-1m"));
        Assert.Equal("--", await watched.TextAsync("#averageOnline"));
        Assert.Equal("0", await watched.TextAsync("#paidOrders"));
        await watched.PictureAsync("fresh");
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task Ten_thousand_rooms_are_listed_searched_and_opened()
    {
        await using ScreenHost host = await ScreenHost.StartAsync();
        byte[] snapshot = Show.Bytes(Evening(700).Snapshot(1));
        for (int i = 0; i < 10_000; i++)
        {
            host.Board.PostSnapshot(
                $"room/{i}%", new RoomSummary($"直播间 {i:D5}", "s1", i % 9 == 0 ? "ended" : "live", i, i * 7919L, 1), snapshot, "[]"u8.ToArray(), 1);
        }

        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang=zh");
        await watched.UntilAsync(Drawn);
        await watched.Page.ClickAsync("#openRooms");
        await watched.UntilAsync("document.querySelectorAll('.rooms-row:not(.loading)').length > 10");
        Assert.Equal("共 10,000 个", await watched.TextAsync("#roomCount"));
        Assert.Contains("直播间 09999", await watched.TextAsync("#roomSpace"), StringComparison.Ordinal);
        await watched.PictureAsync("rooms");
        await watched.Page.EvaluateAsync("document.querySelector('#roomView').scrollTop = 1e9");
        await watched.UntilAsync("document.querySelector('#roomSpace').textContent.includes('直播间 00000')");
        Assert.True(await watched.Page.EvaluateAsync<int>("document.querySelectorAll('.rooms-row').length") < 100);
        await watched.Page.FillAsync("#roomQuery", "04321");
        await watched.UntilAsync("document.querySelectorAll('.rooms-row').length === 1 && document.querySelector('#roomSpace').textContent.includes('04321')");
        await watched.Page.ClickAsync(".rooms-row");
        await watched.UntilAsync("location.hash === '#room=' + encodeURIComponent('room/4321%')");
        await watched.UntilAsync("document.querySelector('#viewers') && !document.body.classList.contains('waiting')");
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task A_room_that_ends_leaves_its_final_numbers_and_the_screen_goes_on_to_the_next()
    {
        await using ScreenHost host = await ScreenHost.StartAsync();
        Show evening = Evening(700);
        evening.Status = "ended";
        evening.Post(host.Board, ScreenHost.NowMs());
        await using WatchedPage watched = await browser.OpenAsync($"{host.Url}/?lang=zh");
        await watched.UntilAsync(Drawn);
        Assert.Equal("已结束", await watched.TextAsync("#status"));
        host.Board.Remove(evening.Room);
        await watched.UntilAsync("document.querySelector('#banner').classList.contains('calm') && !document.body.classList.contains('stale')");
        Evening(100, "r2", "下一场").Post(host.Board, ScreenHost.NowMs());
        await watched.UntilAsync("document.querySelector('#roomName').textContent === '下一场'");
    }

    private static Show Evening(int seconds = 1500, string room = "r1", string name = "新品夜场 · 秋冬上新") =>
        new Show(room, name, ((ScreenHost.NowMs() / 1000) - seconds) * 1000).Play(seconds);

    private static DemoTruth Truth(Show show)
    {
        string[] types = ["enter", "like", "barrage", "click", "cart", "order"];
        return new DemoTruth(types.ToDictionary(type => type, show.Count), show.Gmv, show.Count("payment"), show.AsOfMs);
    }
}
