using LiveStream.App.Commands;
using LiveStream.App.Configuration;
using LiveStream.Publish;
using LiveStream.Screen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LiveStream.App.Run;

/// <summary>The Generic Host of <c>run</c> and <c>demo</c>: logging to stderr, Kestrel with the big screen, signals, an end in at most 5 s.</summary>
internal static class ScreenHost
{
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    /// <summary>A builder that takes nothing from the environment but what <paramref name="configuration"/> says.</summary>
    public static WebApplicationBuilder CreateBuilder(LiveStreamOptions options, IConfiguration configuration)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        // What stops the start is told in one sentence; the host would tell it a second time, as an error of its own.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Logging.AddConsole(console =>
        {
            console.FormatterName = PlainConsoleFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        builder.Logging.AddConsoleFormatter<PlainConsoleFormatter, ConsoleFormatterOptions>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls([.. options.Settings.Screen.Urls.Split(';', StringSplitOptions.TrimEntries)]);
        return builder;
    }

    /// <summary>Runs until a signal or a failure ends it.</summary>
    /// <exception cref="UsageException">An address of the screen cannot be used.</exception>
    public static async Task RunAsync(WebApplication app, RoomBoard board, ScreenOptions screen, LiveStreamOptions options)
    {
        app.UseRouting();
        app.MapScreen(board, screen);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UsageException($"Another program listens on {options.Settings.Screen.Urls} already; end it, or choose another address with LiveStream:Screen:Urls.");
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException || e.InnerException is System.Net.Sockets.SocketException)
        {
            throw new UsageException($"The screen cannot listen on {options.Settings.Screen.Urls} ({e.GetBaseException().Message}); choose another address with LiveStream:Screen:Urls.");
        }

        await app.WaitForShutdownAsync();
    }
}
