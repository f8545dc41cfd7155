using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Line;

/// <summary>The line between a real Kafka and a real Redis.</summary>
[Collection(RealServers.Name)]
public sealed class RealLineTests(RealKafka kafka, RealRedis redis)
{
    [Fact]
    public async Task A_show_ends_with_the_simulators_own_counts_and_the_oracles_bytes()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        await using var line = await LineScenario.StartAsync(topics, redis.Server.Configuration);
        await line.ShowTheTruthAsync(
            "--workload", "show", "--minutes", "1", "--rate", "2000", "--disorder", "0.05", "--late", "0.005", "--duplicates", "0.05", "--garbage", "0.01", "--batch", "4");
        var room = Assert.Single(line.Rooms);
        await line.KeysAgreeAsync(room);
        await OracleCheck.SameBytesAsync(topics, line.ViewOf(room), room.GetProperty("room").GetString()!);
        await line.EndAsync();
    }
}
