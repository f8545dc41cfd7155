using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace LiveStream.Browser;

/// <summary>A page with everything it asked for and everything it complained about.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentQueue<string> addresses = new();

    public WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Enqueue($"{message.Text} {message.Location}");
            }
        };
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Request += (_, request) => addresses.Enqueue(request.Url);
    }

    public IPage Page { get; }

    public IReadOnlyCollection<string> Complaints => complaints;

    public IReadOnlyCollection<string> Addresses => addresses;

    public Task<string> TextAsync(string selector) => Page.Locator(selector).InnerTextAsync();

    /// <summary>Waits, at most so long, until JavaScript says true.</summary>
    public async Task UntilAsync(string script, float timeoutMs = 10_000) =>
        await (await Page.WaitForFunctionAsync(script, null, new PageWaitForFunctionOptions { Timeout = timeoutMs })).DisposeAsync();

    /// <summary>Keeps a picture beside the build output, for a person to look at.</summary>
    public async Task PictureAsync(string name)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "screenshots");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png") });
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
