using LiveStream.Bench.Load.Servers;
using LiveStream.Bench.Load.Workload;

namespace LiveStream.Bench.Load.Rows;

/// <summary>What rows work on, each part made when a row first asks for it. Owned by one table.</summary>
internal sealed class LoadMaterial(LoadOptions options) : IDisposable
{
    private readonly Dictionary<int, KafkaLog> _logs = [];
    private W1Workload? _workload;

    /// <summary>What is measured.</summary>
    public LoadOptions Options { get; } = options;

    /// <summary>Kafka and Redis.</summary>
    public LineServers Servers { get; } = new(options.Embedded);

    /// <summary>W1 in memory.</summary>
    public W1Workload Workload => _workload ??= new W1Workload(Options);

    /// <summary>W1 in Kafka.</summary>
    public async Task<KafkaLog> LogAsync(int eventsPerRecord) => _logs.TryGetValue(eventsPerRecord, out var log)
        ? log
        : _logs[eventsPerRecord] = await KafkaLog.ProduceAsync(Servers, Options, eventsPerRecord);

    /// <inheritdoc/>
    public void Dispose() => Servers.Dispose();
}
