using System.Text;
using Confluent.Kafka;

namespace LiveStream.Integration.Fixtures;

/// <summary>
/// A real Kafka of one or three KRaft nodes on free loopback ports, with small heaps, topics not made by themselves, and sessions as
/// short as a second. Data lies in a temporary folder; disposing ends every node by its process id.
/// </summary>
internal sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<int, ChildProgram> running = [];
    private readonly int[] ports;
    private readonly int[] controllerPorts;
    private readonly string clusterId = NewClusterId();
    private readonly string[] extra;

    private KafkaBroker(int nodes, string[] extra)
    {
        var free = Ports.Free(2 * nodes);
        ports = free[..nodes];
        controllerPorts = free[nodes..];
        this.extra = extra;
    }

    /// <summary>Where clients connect.</summary>
    public string BootstrapServers => string.Join(',', ports.Select(port => $"127.0.0.1:{port}"));

    /// <summary>Number of nodes, running or not.</summary>
    public int Nodes => ports.Length;

    /// <summary>Starts a broker that answers.</summary>
    /// <param name="nodes">1 or 3.</param>
    /// <param name="extra">Further lines of server.properties.</param>
    public static async Task<KafkaBroker> StartAsync(int nodes = 1, params string[] extra)
    {
        var broker = new KafkaBroker(nodes, extra);
        try
        {
            await Task.WhenAll(Enumerable.Range(1, nodes).Select(broker.FormatAsync));
            for (var node = 1; node <= nodes; node++)
            {
                broker.Launch(node);
            }

            await broker.AnswersAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 of a node; its data stays.</summary>
    public async Task KillAsync(int node)
    {
        running.Remove(node, out var program);
        await using var ended = program ?? throw new InvalidOperationException($"Node {node} does not run.");
        await ended.KillAsync();
    }

    /// <summary>Sends a signal to a node, such as <c>STOP</c>.</summary>
    public Task SignalAsync(int node, string signal) => running[node].SignalAsync(signal);

    /// <summary>Brings a killed node back with its data; returns when the cluster answers with all nodes.</summary>
    public Task StartAgainAsync(int node)
    {
        Launch(node);
        return AnswersAsync();
    }

    /// <summary>Waits until every partition is on every node again, so that another one may be killed.</summary>
    public async Task InSyncAsync(TimeSpan limit)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();
        await Poll.UntilAsync(limit, "every partition is on every node", async () =>
        {
            try
            {
                var topics = await Task.Run(() => admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics);
                var behind = topics.SelectMany(topic => topic.Partitions).Count(partition => partition.InSyncReplicas.Length < Nodes);
                return behind == 0 ? null : $"{behind} are not";
            }
            catch (KafkaException notYet)
            {
                return notYet.Error.Reason;
            }
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Killed, and not asked to end: the last node of a cluster waits long for the others before it ends in order, and its data goes anyway.
        foreach (var node in running.Values)
        {
            await node.DisposeAsync();
        }

        running.Clear();
        folder.Dispose();
    }

    // Of Kafka's own form: 16 random bytes in 22 characters, not beginning with a dash, which would look like an option.
    private static string NewClusterId() =>
        Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', 'a').Replace('/', 'b');

    private string FolderOf(int node) => folder.File($"node{node}");

    private string PropertiesOf(int node) => Path.Combine(FolderOf(node), "server.properties");

    private async Task FormatAsync(int node)
    {
        Directory.CreateDirectory(FolderOf(node));
        await File.WriteAllTextAsync(PropertiesOf(node), Properties(node), TestContext.Current.CancellationToken);
        await using var format = ChildProgram.Start(
            KafkaHome.JavaPath,
            ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", KafkaHome.ClassPath, "kafka.tools.StorageTool", "format", "-t", clusterId, "-c", PropertiesOf(node)],
            null,
            FolderOf(node));
        var code = await format.ExitAsync(StartLimit);
        Assert.True(code == 0, $"Kafka's storage could not be formatted.\n{format.Said()}");
    }

    private void Launch(int node) => running.Add(node, ChildProgram.Start(
        KafkaHome.JavaPath,
        [
            "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dkafka.logs.dir=" + FolderOf(node),
            "-cp", KafkaHome.ClassPath, "kafka.Kafka", PropertiesOf(node),
        ],
        null,
        FolderOf(node)));

    private string Properties(int node)
    {
        var voters = string.Join(',', controllerPorts.Select((port, index) => $"{index + 1}@127.0.0.1:{port}"));
        var text = new StringBuilder(
            $"""
            process.roles=broker,controller
            node.id={node}
            controller.quorum.voters={voters}
            listeners=PLAINTEXT://127.0.0.1:{ports[node - 1]},CONTROLLER://127.0.0.1:{controllerPorts[node - 1]}
            advertised.listeners=PLAINTEXT://127.0.0.1:{ports[node - 1]}
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
            controller.listener.names=CONTROLLER
            inter.broker.listener.name=PLAINTEXT
            log.dirs={Path.Combine(FolderOf(node), "data")}
            num.partitions=4
            auto.create.topics.enable=false
            default.replication.factor={Nodes}
            min.insync.replicas=1
            offsets.topic.replication.factor={Nodes}
            offsets.topic.num.partitions=4
            transaction.state.log.replication.factor={Nodes}
            transaction.state.log.num.partitions=4
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor={Nodes}
            share.coordinator.state.topic.min.isr=1
            group.initial.rebalance.delay.ms=0
            group.min.session.timeout.ms=1000
            group.consumer.min.session.timeout.ms=1000
            group.consumer.min.heartbeat.interval.ms=500
            group.consumer.session.timeout.ms=6000
            group.consumer.heartbeat.interval.ms=1000
            log.segment.bytes=67108864

            """);
        foreach (var line in extra)
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }

    private async Task AnswersAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers })
            .SetLogHandler(static (_, _) => { })
            .Build();
        await Poll.UntilAsync(StartLimit, $"Kafka answers at {BootstrapServers}", async () =>
        {
            if (running.Values.FirstOrDefault(node => node.HasExited) is { } ended)
            {
                Assert.Fail($"Kafka ended by itself.\n{ended.Said()}");
            }

            try
            {
                var brokers = await Task.Run(() => admin.GetMetadata(TimeSpan.FromSeconds(2)).Brokers.Count);
                return brokers == Nodes ? null : $"{brokers} of {Nodes} nodes are there";
            }
            catch (KafkaException notYet)
            {
                return notYet.Error.Reason;
            }
        });
    }
}
