using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using LiveStream.App.Demo;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Bench.Load.Servers;

/// <summary>
/// A real Kafka of one node on free loopback ports, with the heap and collector of Kafka's own start script and nothing ever deleted
/// from its logs. Data lies in a temporary folder and is gone with it.
/// </summary>
internal sealed class KafkaProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("livestream-kafka-");
    private readonly int[] _ports = Ports.Free(2);
    private TiedProcess? _broker;

    private KafkaProcess()
    {
    }

    /// <summary>Where clients connect.</summary>
    public string BootstrapServers => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_ports[0]}");

    private string LogPath => Path.Combine(_folder.FullName, "broker.log");

    /// <summary>Starts a broker that answers.</summary>
    /// <exception cref="InvalidOperationException">It did not come up; the message holds the end of what it said.</exception>
    public static async Task<KafkaProcess> StartAsync()
    {
        var kafka = new KafkaProcess();
        try
        {
            await kafka.LaunchAsync();
            return kafka;
        }
        catch
        {
            kafka.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _broker?.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task LaunchAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var properties = Path.Combine(_folder.FullName, "server.properties");
        await File.WriteAllTextAsync(properties, Properties(), limit.Token);
        string[] format = ["-cp", KafkaHome.ClassPath, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAA", "-c", properties];
        using (var formatting = TiedProcess.Start(LogPath, KafkaHome.JavaPath, format))
        {
            if (await formatting.ExitAsync(limit.Token) != 0)
            {
                throw new InvalidOperationException($"Kafka's storage could not be formatted: {Said()}");
            }
        }

        _broker = TiedProcess.Start(
            LogPath,
            KafkaHome.JavaPath,
            ["-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Dkafka.logs.dir=" + _folder.FullName, "-cp", KafkaHome.ClassPath, "kafka.Kafka", properties]);
        await AnswersAsync();
    }

    private async Task AnswersAsync()
    {
        var from = Stopwatch.GetTimestamp();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();
        while (true)
        {
            try
            {
                admin.GetMetadata(TimeSpan.FromSeconds(2));
                return;
            }
            catch (KafkaException) when (!_broker!.HasExited && Stopwatch.GetElapsedTime(from) < StartLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
            catch (KafkaException e)
            {
                throw new InvalidOperationException($"Kafka does not answer ({e.Error.Reason}): {Said()}", e);
            }
        }
    }

    private string Said() => string.Join(" | ", File.ReadLines(LogPath).TakeLast(5));

    private string Properties() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:{_ports[1]}
        listeners=PLAINTEXT://127.0.0.1:{_ports[0]},CONTROLLER://127.0.0.1:{_ports[1]}
        advertised.listeners=PLAINTEXT://127.0.0.1:{_ports[0]}
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        controller.listener.names=CONTROLLER
        log.dirs={Path.Combine(_folder.FullName, "data")}
        auto.create.topics.enable=false
        log.retention.ms=-1
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0

        """);
}
