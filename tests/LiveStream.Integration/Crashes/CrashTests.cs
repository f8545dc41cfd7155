using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Integration.Crashes;

/// <summary>Real processes that are killed, frozen and cut off: nothing is lost, nothing counted twice, nothing shown that the log does not imply.</summary>
[Collection(TimedTests.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly string[] Cluster =
        ["min.insync.replicas=2", "broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500", "controller.quorum.fetch.timeout.ms=2000"];

    [Fact]
    public async Task Nothing_is_lost_or_doubled()
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        await using var kafka = await KafkaBroker.StartAsync(3, Cluster);
        int[] seeds = int.TryParse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEED"), out var single) ? [single] : [1, 2, Random.Shared.Next()];
        foreach (var seed in seeds)
        {
            var plan = CrashPlan.Of(seed, 4);
            output.WriteLine($"{plan}");
            var result = await CrashRun.RunAsync(plan, kafka);
            output.WriteLine($"{result.Took.TotalSeconds:0} s: {result.Writes} snapshots became visible, {result.Snapshots} different ones, all the oracle's; {result.Counters}; {string.Join(", ", result.Outcomes)}");
        }
    }
}
