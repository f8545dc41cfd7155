using System.Text;
using LiveStream.Publish;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveStream.Screen.Tests;

/// <summary>The screen's endpoints on a real Kestrel on a free port, and a client for them.</summary>
internal sealed class TestScreen : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestScreen(WebApplication app, RoomBoard board)
    {
        this.app = app;
        Board = board;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(20) };
    }

    public RoomBoard Board { get; }

    public HttpClient Client { get; }

    public static async Task<TestScreen> StartAsync(ScreenOptions? options = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication built = builder.Build();
        var board = new RoomBoard();
        built.MapScreen(board, options ?? new ScreenOptions());
        await built.StartAsync();
        return new TestScreen(built, board);
    }

    public void Post(string room, long version, string? name = null, long online = 1, string series = "[]") =>
        Board.PostSnapshot(
            room, new RoomSummary(name ?? room, "s1", "live", online, (Int128)long.MaxValue * 10, version),
            Encoding.UTF8.GetBytes($"{{\"asOf\":{version}}}"), Encoding.UTF8.GetBytes(series), version);

    public void PostLive(string room, string json) => Board.PostLive(room, Encoding.UTF8.GetBytes(json));

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
