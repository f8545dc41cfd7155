using LiveStream.App.Commands;
using LiveStream.App.Demo;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Bench.Load.Servers;

/// <summary>
/// The Kafka and the Redis that rows need, each started when a row first asks: real ones, or the embedded ones of the demo, with which
/// rows run everywhere and whose figures mean nothing. Both end with this process.
/// </summary>
internal sealed class LineServers(bool embedded) : IDisposable
{
    private EmbeddedKafka? _embeddedKafka;
    private KafkaProcess? _kafka;
    private EmbeddedRedis? _redis;
    private string? _noRedis;

    /// <summary>Whether they are the embedded ones.</summary>
    public bool Embedded { get; } = embedded;

    /// <summary>Why there is no Kafka here, or null.</summary>
    public string? NoKafka => Embedded ? null : KafkaHome.Missing;

    /// <summary>Where Kafka's clients connect; starts it.</summary>
    public async Task<string> KafkaAsync()
    {
        if (Embedded)
        {
            return (_embeddedKafka ??= EmbeddedKafka.Start([])).BootstrapServers;
        }

        return (_kafka ??= await KafkaProcess.StartAsync()).BootstrapServers;
    }

    /// <summary>Starts Redis; says why there is none, or null.</summary>
    public string? NoRedis()
    {
        try
        {
            _redis ??= _noRedis is null ? Embedded ? EmbeddedRedis.Start() : EmbeddedRedis.StartServer() : null;
        }
        catch (FailureException e)
        {
            _noRedis = $"skipped: no redis-server here ({e.Message}; Debian: apt-get install redis-server)";
        }

        return _noRedis;
    }

    /// <summary>Connection string of Redis, after <see cref="NoRedis"/> has said that there is one.</summary>
    public string Redis => _redis?.Configuration ?? throw new InvalidOperationException("Redis was not started.");

    /// <summary>Ends Kafka and what lies in it: the rows that follow have the machine for themselves.</summary>
    public void StopKafka()
    {
        _embeddedKafka?.Dispose();
        _kafka?.Dispose();
        _embeddedKafka = null;
        _kafka = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StopKafka();
        _redis?.Dispose();
    }
}
