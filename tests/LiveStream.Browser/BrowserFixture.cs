using Microsoft.Playwright;

namespace LiveStream.Browser;

/// <summary>
/// One Chromium for all tests of a class: <c>LIVESTREAM_TEST_CHROMIUM</c>, or what is installed. Without one the tests
/// are skipped, with what to install.
/// </summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Installed =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        string? named = Environment.GetEnvironmentVariable("LIVESTREAM_TEST_CHROMIUM");
        string? program = string.IsNullOrEmpty(named) ? Array.Find(Installed, File.Exists) : named;
        if (program is null)
        {
            return;
        }

        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
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
        if (browser is not null)
        {
            await browser.CloseAsync();
        }

        playwright?.Dispose();
    }

    /// <summary>Opens an address in a context of its own and watches what the page asks for and complains about.</summary>
    internal async Task<WatchedPage> OpenAsync(string url, int width = 1920, int height = 1080)
    {
        Assert.SkipWhen(browser is null, "No Chromium is here: apt-get install chromium, or set LIVESTREAM_TEST_CHROMIUM.");
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
