using Confluent.Kafka;
using LiveStream.App.Simulate;
using LiveStream.Bench.Load.Servers;
using LiveStream.Metrics.Options;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Latency;

/// <summary>One load, measured: the programs run, probes are sent among it, and Redis is watched.</summary>
internal static class LatencyRun
{
    // A new room has live numbers from its first settled second on. That is what it is, but it is not the latency of a room on air.
    private const int FirstSecondsMs = 10_000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Measures it; Redis is emptied before.</summary>
    public static async Task<LatencyMeasured> MeasureAsync(LineServers servers, string load, LatencyOptions options)
    {
        var bootstrap = await servers.KafkaAsync();
        using var programs = new LatencyPrograms(bootstrap, servers.Redis);
        using var redis = await ConnectionMultiplexer.ConnectAsync(servers.Redis);
        await redis.GetDatabase().ExecuteAsync("FLUSHALL");
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrap, LingerMs = 2, EnableIdempotence = true, Partitioner = Partitioner.Murmur2Random, EnableDeliveryReports = false,
        }).SetLogHandler(static (_, _) => { }).Build();
        await KafkaTopics.EnsureAsync(
            producer.Handle, [.. programs.Topics.Select(topic => topic.Topic)], new KafkaSinkOptions(bootstrap, programs.Topics) { BrokerCreatesTopics = servers.Embedded });
        await programs.StartEngineAsync();
        programs.StartLoad(options);
        return await WatchAsync(programs, redis, producer, load, options);
    }

    private static async Task<LatencyMeasured> WatchAsync(
        LatencyPrograms programs, ConnectionMultiplexer redis, IProducer<byte[], byte[]> producer, string load, LatencyOptions options)
    {
        var clock = new SteadyClock();
        var fromMs = clock.NowMs + Math.Max(FirstSecondsMs, options.WarmSeconds * 1000);
        var untilMs = fromMs + (options.Seconds * 1000);
        var probes = new Probes(options, fromMs - FirstSecondsMs, untilMs);
        var live = new LiveWatch(redis.GetDatabase(), probes, clock, fromMs);
        var settled = new SettledWatch(clock, new EngineOptions().LatenessMs, EngineOptions.HopMs, fromMs, untilMs);
        await settled.StartAsync(redis.GetSubscriber());
        using var over = new CancellationTokenSource();
        var sending = Task.Factory.StartNew(() => probes.Send(producer, programs.Likes, clock, over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var watching = live.RunAsync(over.Token);
        await UntilAsync(fromMs, programs, clock);
        var (readBefore, readFromMs) = (live.Read, clock.NowMs);
        await UntilAsync(untilMs, programs, clock);
        var readPerSecond = (live.Read - readBefore) / (clock.NowMs - readFromMs) * 1000;
        await sending;

        // The load goes on: what settles T is what comes after it.
        await Task.WhenAny(watching, UntilAsync(untilMs + (options.PatienceSeconds * 1000), programs, clock)).Unwrap();
        await UntilAsync(untilMs + EngineOptions.HopMs + new EngineOptions().LatenessMs, programs, clock);
        var unseen = live.Unseen;
        await over.CancelAsync();
        await watching;
        return new LatencyMeasured(load, options, readPerSecond, Percentiles.Of(live.LatenciesMs()), Percentiles.Of(settled.LatenciesMs()), unseen);
    }

    private static async Task UntilAsync(double momentMs, LatencyPrograms programs, SteadyClock clock)
    {
        while (clock.NowMs < momentMs)
        {
            if (programs.Failure() is { } failure)
            {
                throw new InvalidOperationException(failure);
            }

            await Task.Delay(Look);
        }
    }
}
