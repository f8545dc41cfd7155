using LiveStream.Publish;
using LiveStream.Screen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveStream.Browser;

/// <summary>The big screen on a free port of this machine, fed by a <see cref="Show"/> once a second until told to stop.</summary>
internal sealed class ScreenHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly CancellationTokenSource stopFeed = new();
    private Task feeding = Task.CompletedTask;

    private ScreenHost(WebApplication app, RoomBoard board)
    {
        this.app = app;
        Board = board;
    }

    public RoomBoard Board { get; }

    public string Url => app.Urls.First();

    public static async Task<ScreenHost> StartAsync(ScreenOptions? options = null, string url = "http://127.0.0.1:0")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        WebApplication built = builder.Build();
        var board = new RoomBoard();
        built.MapScreen(board, options ?? new ScreenOptions());
        await built.StartAsync();
        return new ScreenHost(built, board);
    }

    /// <summary>Plays on in real time: a second of the show a second, live numbers four times as often.</summary>
    public void Feed(Show show)
    {
        show.Post(Board, NowMs());
        feeding = FeedAsync(show, stopFeed.Token);
    }

    public async Task StopFeedAsync()
    {
        await stopFeed.CancelAsync();
        await feeding;
    }

    public async ValueTask DisposeAsync()
    {
        await StopFeedAsync();
        stopFeed.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task FeedAsync(Show show, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        try
        {
            for (int tick = 1; await timer.WaitForNextTickAsync(stopping); tick++)
            {
                if (tick % 4 == 0)
                {
                    show.Play(1).Post(Board, NowMs());
                }
                else
                {
                    show.PostLive(Board, NowMs());
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The show is over.
        }
    }
}
