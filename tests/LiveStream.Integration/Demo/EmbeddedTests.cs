using Confluent.Kafka;
using LiveStream.App.Demo;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Demo;

public sealed class EmbeddedTests
{
    [Fact]
    public async Task The_embedded_kafka_takes_records_from_any_client()
    {
        using var kafka = EmbeddedKafka.Start();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        var report = await producer.ProduceAsync("live.like", new Message<string, string> { Key = "r1", Value = "{}" });
        var partitions = admin.GetMetadata("live.like", TimeSpan.FromSeconds(5)).Topics.Single().Partitions.Count;
        Assert.Equal(4, partitions);
        Assert.Equal(PersistenceStatus.Persisted, report.Status);
    }

    [Fact]
    public async Task The_embedded_redis_runs_scripts()
    {
        using var redis = EmbeddedRedis.Start();
        Assert.Equal("Garnet", redis.Name);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var reply = await client.GetDatabase().ScriptEvaluateAsync("redis.call('SET', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])", ["k"], ["v"]);
        Assert.Equal("v", (string?)reply);
    }

    [Fact]
    public async Task A_tied_program_ends_with_its_owner_and_a_missing_one_at_once()
    {
        using var missing = TiedProcess.Start("/dev/null", "no-such-program");
        Assert.Equal(127, await missing.ExitAsync(TestContext.Current.CancellationToken));
        using var failing = TiedProcess.Start("/dev/null", "sh", "-c", "exit 3");
        Assert.Equal(3, await failing.ExitAsync(TestContext.Current.CancellationToken));

        using var folder = new TemporaryFolder();
        var log = folder.File("log");
        var tied = TiedProcess.Start(log, "sh", "-c", "echo $$; exec sleep 600");
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "it has said its id", async () => File.Exists(log) && (await File.ReadAllTextAsync(log)).EndsWith('\n'));
        Assert.False(tied.HasExited);
        var id = (await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken)).Trim();
        tied.Dispose();
        await Poll.UntilAsync(TimeSpan.FromSeconds(10), "it has ended", () => Task.FromResult(!Directory.Exists($"/proc/{id}")));
    }
}
