using System.Globalization;
using System.Text;
using Confluent.Kafka;
using LiveStream.App.Simulate;
using LiveStream.Ingest.Kafka;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// What is sent while things go wrong: the simulator's traffic over several rooms with disorder, late events, duplicates and garbage, one show
/// after the other in two of them, and a pulse of one room a partition in every topic, so that no partition falls silent and time goes on.
/// </summary>
internal sealed class CrashLoad : IAsyncDisposable
{
    /// <summary>How often the pulse beats.</summary>
    public const int PulseMs = 500;

    private static readonly string[] PulseTypes = ["barrage", "like", "click", "cart", "order", "heartbeat", "share", "marker"];

    private readonly CancellationTokenSource stopTraffic = new();
    private readonly CancellationTokenSource stopPulse = new();
    private readonly TestTopics topics;
    private readonly int seed;
    private readonly int eventsPerSecond;
    private readonly Task traffic;
    private readonly Task pulse;

    private CrashLoad(TestTopics topics, int seed, int eventsPerSecond)
    {
        this.topics = topics;
        this.seed = seed;
        this.eventsPerSecond = eventsPerSecond;
        traffic = Task.WhenAll(TrafficAsync(), ShowsAsync());
        pulse = PulseAsync();
    }

    /// <summary>Begins to send.</summary>
    public static CrashLoad Start(TestTopics topics, int seed, int eventsPerSecond) => new(topics, seed, eventsPerSecond);

    /// <summary>Throws what sending threw, if it has ended.</summary>
    public async Task ThrowIfEndedAsync()
    {
        foreach (var ended in new[] { traffic, pulse }.Where(task => task.IsFaulted))
        {
            await ended;
        }
    }

    /// <summary>Ends the traffic; the pulse goes on. What was sent has been confirmed.</summary>
    public async Task EndTrafficAsync()
    {
        await stopTraffic.CancelAsync();
        await traffic;
    }

    /// <summary>Ends the pulse. What was sent has been confirmed.</summary>
    public async Task EndPulseAsync()
    {
        await stopPulse.CancelAsync();
        await pulse;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopTraffic.CancelAsync();
        await stopPulse.CancelAsync();
        await traffic.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await pulse.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopTraffic.Dispose();
        stopPulse.Dispose();
    }

    private Task TrafficAsync() => SimulateAsync(SimulationOptions.For(Workload.W1) with
    {
        Seed = (ulong)seed,
        Rooms = 6,
        Viewers = 4000,
        Rate = eventsPerSecond * 0.7,
        Disorder = 0.1,
        Late = 0.01,
        Duplicates = 0.1,
        Garbage = 0.02,
    });

    private async Task ShowsAsync()
    {
        for (var show = 1; !stopTraffic.IsCancellationRequested; show++)
        {
            await SimulateAsync(SimulationOptions.For(Workload.Show) with
            {
                Seed = (ulong)(seed + (1000 * show)),
                Rooms = 2,
                Rate = eventsPerSecond * 0.3,
                Minutes = 0.5,
                Disorder = 0.05,
                Late = 0.005,
                Duplicates = 0.1,
                Garbage = 0.01,
            });
        }
    }

    private Task SimulateAsync(SimulationOptions options) => App.Simulate.Simulation.ToKafkaAsync(
        options with { LatenessMs = CrashRun.LatenessMs },
        new KafkaSinkOptions(topics.BootstrapServers, [.. KafkaTopic.Defaults.Select(topic => (topics.NameOf(topic.Name), topic.Types))]),
        truthPath: null, TimeProvider.System, progress: null, stopTraffic.Token);

    private async Task PulseAsync()
    {
        var rooms = Enumerable.Range(0, TestTopics.Partitions).Select(RoomIn).ToList();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = topics.BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 5,
            Partitioner = Confluent.Kafka.Partitioner.Murmur2Random,
        }).SetLogHandler(static (_, _) => { }).Build();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(PulseMs));
        for (var count = 0; !stopPulse.IsCancellationRequested; count++)
        {
            var nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            foreach (var room in rooms)
            {
                for (var topic = 0; topic < PulseTypes.Length; topic++)
                {
                    producer.Produce(topics.NameOf(KafkaTopic.Defaults[topic].Name), new Message<byte[], byte[]>
                    {
                        Key = Encoding.UTF8.GetBytes(room),
                        Value = Encoding.UTF8.GetBytes(Beat(PulseTypes[topic], room, nowMs, count)),
                        Timestamp = new Timestamp(nowMs, TimestampType.CreateTime),
                    });
                }
            }

            await beat.WaitForNextTickAsync(CancellationToken.None);
        }

        producer.Flush(TimeSpan.FromSeconds(20));
    }

    private static string Beat(string type, string room, long nowMs, int count) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"type":"{{type}}","room":"{{room}}","user":"u{{count % 7}}","ts":{{nowMs}},"product":"p{{count % 5}}","order":"o{{count}}","label":"l{{count}}"}""");

    private static string RoomIn(int partition)
    {
        var room = Enumerable.Range(0, 1000).Select(number => $"pulse-{number}").First(name =>
            LiveStream.Ingest.Kafka.Partitioner.PartitionOf(PartitionerKind.Murmur2, Encoding.UTF8.GetBytes(name), TestTopics.Partitions) == partition);
        return room;
    }
}
