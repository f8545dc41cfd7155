using Confluent.Kafka;

namespace LiveStream.Integration.Fixtures;

/// <summary>The fixture itself, where tests of failures rely on it: a cluster whose node is killed goes on and takes it back.</summary>
public sealed class KafkaBrokerTests
{
    [Fact]
    public async Task Three_nodes_survive_the_death_of_one()
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        await using var broker = await KafkaBroker.StartAsync(nodes: 3);
        var topics = new TestTopics(broker.BootstrapServers);
        await topics.CreateAsync();
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, Acks = Acks.All })
            .SetLogHandler(static (_, _) => { })
            .Build();
        var like = topics.NameOf("live.like");
        await producer.ProduceAsync(like, new() { Key = "r", Value = "one" });
        await broker.KillAsync(2);
        await producer.ProduceAsync(like, new() { Key = "r", Value = "two" });
        await broker.StartAgainAsync(2);
        await producer.ProduceAsync(like, new() { Key = "r", Value = "three" });
        Assert.Equal("one\ntwo\nthree\n"u8.ToArray(), Assert.Single(await topics.LinesAsync()));
    }
}
