using Microsoft.Playwright;

namespace LiveStream.Browser;

/// <summary>One Chromium for all tests of a class. <c>LIVESTREAM_TEST_CHROMIUM</c> names another than Debian's.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("LIVESTREAM_TEST_CHROMIUM") ?? "/usr/bin/chromium",
            Headless = true,
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--no-first-run",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await browser!.CloseAsync();
        playwright!.Dispose();
    }

    /// <summary>Opens an address in a context of its own and watches what the page asks for and complains about.</summary>
    internal async Task<WatchedPage> OpenAsync(string url, int width = 1920, int height = 1080)
    {
        IBrowserContext context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Locale = "zh-CN",
            TimezoneId = "Asia/Shanghai",
        });
        var watched = new WatchedPage(await context.NewPageAsync());
        await watched.Page.GotoAsync(url);
        return watched;
    }
}
