using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Integration.Fixtures;

/// <summary>One real Kafka for all tests of a collection; where none can be run they are skipped.</summary>
public sealed class RealKafka : IAsyncLifetime
{
    private KafkaBroker? broker;

    /// <summary>Where clients connect. Skips the test that asks when there is no Kafka.</summary>
    public string BootstrapServers
    {
        get
        {
            Assert.SkipWhen(broker is null, KafkaHome.Missing ?? "");
            return broker!.BootstrapServers;
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => broker = KafkaHome.Missing is null ? await KafkaBroker.StartAsync() : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => broker?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>One real redis-server for all tests of a collection; where none is installed they are skipped.</summary>
public sealed class RealRedis : IAsyncLifetime
{
    private RedisServer? server;

    /// <summary>The server. Skips the test that asks when there is none.</summary>
    public RedisServer Server
    {
        get
        {
            Assert.SkipWhen(server is null, RedisServer.WhyNot);
            return server!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => server = RedisServer.IsInstalled ? await RedisServer.StartAsync() : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The tests that share one real Kafka and one real Redis, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class RealServers : ICollectionFixture<RealKafka>, ICollectionFixture<RealRedis>
{
    public const string Name = "real Kafka and Redis";
}
