using System.CommandLine;
using System.Security.Cryptography;
using LiveStream.App.Configuration;
using LiveStream.App.Demo;
using LiveStream.App.Recovery;
using LiveStream.App.Run;
using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Native;
using LiveStream.Screen;
using Microsoft.Extensions.DependencyInjection;

namespace LiveStream.App.Commands;

/// <summary><c>livestream demo</c>: the whole line on this machine, with an embedded Kafka, an embedded Redis and the simulator.</summary>
internal static class DemoCommand
{
    private const int DefaultRooms = 4;

    public static Command Create()
    {
        var common = new CommonOptions();
        var rooms = new Option<int>("--rooms") { Description = "Rooms on air; the first is the busiest.", HelpName = "N", DefaultValueFactory = static _ => DefaultRooms };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the evening.", HelpName = "N", DefaultValueFactory = static _ => 42 };
        var urls = new Option<string?>("--urls") { Description = "Addresses of the big screen, separated by semicolons. Default: http://localhost:5080.", HelpName = "URLS" };
        var command = new Command("demo", "Everything on this machine, nothing to install: Kafka, Redis, simulator, engine, big screen. Ctrl+C ends all of it.") { rooms, seed, urls };
        common.AddTo(command);
        command.SetAction(async parsed =>
        {
            if (parsed.GetValue(rooms) is < 1 or > 20)
            {
                throw new UsageException("--rooms must be in 1..20: the embedded Kafka keeps 5 MiB a partition; `livestream simulate --kafka` fills a real one.");
            }

            KafkaLibrary.EnsureLoaded();
            using var kafka = EmbeddedKafka.Start(KafkaTopic.Defaults.Select(topic => topic.Name).Append("live.dead-letter"));
            using var redis = EmbeddedRedis.Start();
            using var folder = new ScratchFolder();
            var sources = common.Sources(
                parsed,
                KeyValuePair.Create("Screen:Urls", parsed.GetValue(urls)),
                KeyValuePair.Create<string, string?>("Kafka:BootstrapServers", kafka.BootstrapServers),
                KeyValuePair.Create<string, string?>("Redis:Configuration", redis.Configuration),
                KeyValuePair.Create<string, string?>("Identity:Key", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityKey.NewBytes))),
                KeyValuePair.Create<string, string?>("Checkpoint:Store", "folder"),
                KeyValuePair.Create<string, string?>("Checkpoint:Folder", folder.FullPath));
            var options = SettingsReader.Read(sources);
            using var traffic = new DemoTraffic(kafka.BootstrapServers, parsed.GetValue(rooms), parsed.GetValue(seed), TimeProvider.System);
            return await LineHost.RunAsync(
                options,
                sources,
                (builder, screen) =>
                {
                    builder.Services.AddSingleton(traffic);
                    builder.Services.AddHostedService<DemoService>();
                    return Watched(screen, traffic);
                },
                Announcement(options, kafka, redis));
        });
        return command;
    }

    private static ScreenOptions Watched(ScreenOptions screen, DemoTraffic traffic) => new()
    {
        OperatorToken = screen.OperatorToken,
        ProduceMarker = screen.ProduceMarker,
        IsReady = screen.IsReady,
        DemoTruth = traffic.TruthOf,
    };

    private static string Announcement(LiveStreamOptions options, EmbeddedKafka kafka, EmbeddedRedis redis) =>
        $"""
        The demo runs. Open {options.Settings.Screen.Urls.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)} in a browser; in 15 s a product is explained and clicks jump.
                 Kafka (embedded) {kafka.BootstrapServers}; Redis ({redis.Name}): redis-cli -p {redis.Port} zrevrange live:rooms 0 -1 withscores
                 Ctrl+C ends all of it.
        """;
}
