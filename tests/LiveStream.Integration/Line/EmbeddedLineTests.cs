using LiveStream.App.Demo;
using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Integration.Line;

/// <summary>The line on the embedded Kafka, with a real Redis and with the embedded one: several rooms, benchmark traffic and a show.</summary>
public sealed class EmbeddedLineTests
{
    [Fact]
    public async Task Rooms_end_with_the_simulators_own_counts_in_a_real_redis()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        await using var redis = await RedisServer.StartAsync();
        await RunAsync(redis.Configuration, "--workload", "w1", "--rooms", "5", "--viewers", "2000", "--events", "6000", "--rate", "200", "--duplicates", "0.1", "--garbage", "0.02", "--batch", "3");
    }

    [Fact]
    public async Task A_show_ends_with_the_simulators_own_counts_in_the_embedded_redis()
    {
        using var redis = EmbeddedRedis.Start();
        await RunAsync(redis.Configuration, "--workload", "show", "--rooms", "2", "--events", "4000", "--rate", "2000", "--late", "0.01", "--duplicates", "0.05", "--garbage", "0.01");
    }

    private static async Task RunAsync(string redis, params string[] simulate)
    {
        using var kafka = EmbeddedKafka.Start([]);
        var topics = new TestTopics(kafka.BootstrapServers);
        topics.MakeEmbedded();
        await using var line = await LineScenario.StartAsync(topics, redis);
        await line.ShowTheTruthAsync(simulate);
        foreach (var room in line.Rooms)
        {
            await line.KeysAgreeAsync(room);
        }

        var first = line.Rooms.First();
        await OracleCheck.SameBytesAsync(topics, line.ViewOf(first), first.GetProperty("room").GetString()!);
        await line.EndAsync();
    }
}
