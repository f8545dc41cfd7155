using System.Globalization;
using LiveStream.App.Demo;
using LiveStream.App.Simulate;
using LiveStream.Integration.Fixtures;
using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Latency;

/// <summary>
/// The two programs that are measured, as a user starts them: <c>livestream run</c>, and <c>livestream simulate</c> as the load before
/// it, with topics and a group of their own.
/// </summary>
internal sealed class LatencyPrograms : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("livestream-latency-");
    private readonly string _prefix = $"lat-{Guid.NewGuid():N}"[..10];
    private readonly string _bootstrapServers;
    private readonly string _redis;
    private TiedProcess? _engine;
    private TiedProcess? _load;

    /// <summary>Names what they will use.</summary>
    public LatencyPrograms(string bootstrapServers, string redis)
    {
        _bootstrapServers = bootstrapServers;
        _redis = redis;
        Topics = [.. KafkaSinkOptions.DefaultTopics.Select(topic => (_prefix + topic.Topic["live".Length..], topic.Types))];
    }

    /// <summary>The topics and what each carries.</summary>
    public IReadOnlyList<(string Topic, IReadOnlyList<EventType> Types)> Topics { get; }

    /// <summary>The topic of likes.</summary>
    public string Likes => Topics.First(topic => topic.Types.Contains(EventType.Like)).Topic;

    /// <summary>Starts the engine and waits until it reads.</summary>
    public async Task StartEngineAsync()
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}");
        _engine = Start("run", "--urls", url);
        using var http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(5) };
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await IsReadyAsync(http))
        {
            if (_engine.HasExited || limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"livestream run is not ready: {Said("run")}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Starts the load, which goes on until this is disposed.</summary>
    public void StartLoad(LatencyOptions options) => _load = Start(
        "simulate",
        "--kafka", "--workload", "w1", "--rate", options.Rate.ToString("R", CultureInfo.InvariantCulture), "--batch", Number(options.EventsPerRecord),
        "--rooms", Number(options.Rooms), "--viewers", Number(options.Viewers));

    /// <summary>What went wrong with one of them, or null.</summary>
    public string? Failure() =>
        _engine is { HasExited: true } ? $"livestream run ended: {Said("run")}"
        : _load is { HasExited: true } ? $"livestream simulate ended: {Said("simulate")}"
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _load?.Dispose();
        _engine?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/healthz/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private string Said(string command) => string.Join(" | ", File.ReadLines(Path.Combine(_folder.FullName, command + ".log")).TakeLast(3));

    private TiedProcess Start(string command, params ReadOnlySpan<string> arguments)
    {
        string[] settings =
        [
            $"Kafka:BootstrapServers={_bootstrapServers}",
            $"Kafka:GroupId={_prefix}",
            "Kafka:DeadLetterTopic=",
            $"Redis:Configuration={_redis}",
            $"Checkpoint:Folder={Path.Combine(_folder.FullName, "checkpoints")}",
            .. Topics.Select(topic => $"Kafka:Topics:{topic.Topic}={string.Join(',', topic.Types.Select(EventTypes.Name))}"),
        ];
        return TiedProcess.Start(
            Path.Combine(_folder.FullName, command + ".log"),
            "dotnet",
            ["exec", Repository.Program, command, .. arguments, .. settings.SelectMany(setting => new[] { "--set", setting })]);
    }
}
