using LiveStream.App.Configuration;
using LiveStream.App.Recovery;
using LiveStream.App.Telemetry;
using LiveStream.Publish;
using LiveStream.Screen;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Run;

/// <summary>The composition that <c>run</c> and <c>demo</c> share: the line, the screen and what watches them, on one host.</summary>
internal static class LineHost
{
    /// <summary>Runs until a signal or a failure ends it.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="configuration">For logging.</param>
    /// <param name="extend">Adds services before the line's, or changes what the screen is told.</param>
    /// <param name="announce">What is logged once everything has started.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        LiveStreamOptions options, IConfiguration configuration, Func<WebApplicationBuilder, ScreenOptions, ScreenOptions> extend, string announce)
    {
        var time = TimeProvider.System;
        await using var store = await CheckpointStores.OpenAsync(options, time);
        var (identityKey, notice) = await IdentityKeys.FindAsync(options, store);
        using var telemetry = OtlpExport.Start(options.Settings.Telemetry.Otlp);
        using var markers = new MarkerProducer(options);
        var board = new RoomBoard(time, options.Engine.Caps.MaxRooms);
        using var recovered = new RecoveryMeter(time);

        var builder = ScreenHost.CreateBuilder(options, configuration);
        Line? line = null;
        var screen = extend(builder, new ScreenOptions
        {
            OperatorToken = options.Settings.Screen.OperatorToken,
            ProduceMarker = markers.SendAsync,
            IsReady = () => line is { IsReady: true },
        });
        var epochs = new GroupEpochs(store, time);
        builder.Services.AddSingleton(recovered);
        builder.Services.AddSingleton(services => new GroupRecovery(
            store, epochs, [.. options.Topics.Select(topic => topic.Name)], StateConfiguration.HashOf(options.Engine, identityKey), recovered, time,
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Recovery")));
        builder.Services.AddSingleton(services => new Line(
            options, identityKey, epochs, services.GetRequiredService<GroupRecovery>(), board, time, services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton<LineService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LineService>());
        builder.Services.AddSingleton<StatusService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StatusService>());
        await using var app = builder.Build();
        line = app.Services.GetRequiredService<Line>();

        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("LiveStream");
        app.Lifetime.ApplicationStarted.Register(() => log.LogInformation("{Announcement}", announce));
        if (notice is not null)
        {
            log.LogWarning("{Notice}", notice);
        }

        await ScreenHost.RunAsync(app, board, screen, options);
        if (app.Services.GetRequiredService<StatusService>().ExecuteTask is { IsFaulted: true } status)
        {
            await status;
        }

        return app.Services.GetRequiredService<LineService>().ExitCode;
    }
}
