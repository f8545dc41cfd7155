using System.Globalization;
using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// Real processes that are killed, frozen and cut off: nothing is lost, nothing counted twice, nothing shown that the log does not imply.
/// LIVESTREAM_TEST_SEED runs one seed. <c>tests/crashes</c> runs the series and keeps its table.
/// </summary>
[Collection(TimedTests.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int KillsOfRun = 4;
    private const int KillsOfSeriesRun = 10;
    private const int MostFailures = 3;

    private static readonly int[] FixedSeeds = [4, 9];
    private static readonly string[] Cluster =
        ["min.insync.replicas=2", "broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500", "controller.quorum.fetch.timeout.ms=2000"];

    [Fact]
    public async Task Nothing_is_lost_or_doubled()
    {
        await using var kafka = await StartKafkaAsync();
        var fresh = Random.Shared.Next();
        foreach (var seed in Number("LIVESTREAM_TEST_SEED") is { } single ? [single] : FixedSeeds.Append(fresh))
        {
            output.WriteLine(Told(await CrashRun.RunAsync(CrashPlan.Of(seed, KillsOfRun), kafka)));
        }
    }

    [Fact(Explicit = true)]
    public async Task Nothing_is_lost_or_doubled_in_a_series()
    {
        var seed = Number("LIVESTREAM_TEST_SEED") ?? 1;
        var kills = Number("LIVESTREAM_TEST_KILLS") ?? 200;
        var commit = Environment.GetEnvironmentVariable("LIVESTREAM_TEST_COMMIT") ?? "unknown";
        var table = new CrashTable(seed, kills);
        await using var kafka = await StartKafkaAsync();
        for (var run = 0; table.Kills < kills && table.Failures.Count < MostFailures; run++)
        {
            var plan = CrashPlan.Of(seed + run, Math.Min(KillsOfSeriesRun, kills - table.Kills));
            try
            {
                var result = await CrashRun.RunAsync(plan, kafka);
                table.Add(result);
                output.WriteLine($"{table.Kills} kills. {Told(result)}");
            }
            catch (InvalidOperationException failure)
            {
                table.Add(plan, failure);
                output.WriteLine($"FAILED: {failure.Message}");
            }

            // After every run, so that a series that is cut short keeps what it has shown.
            output.WriteLine(table.Write(Path.Combine(Repository.Root, "bench", "results"), commit));
        }

        Assert.True(table.Failures.Count == 0, string.Join("\n\n", table.Failures.Select(failure => failure.Why)));
    }

    private static async Task<KafkaBroker> StartKafkaAsync()
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        return await KafkaBroker.StartAsync(3, Cluster);
    }

    private static string Told(CrashResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Took.TotalSeconds:0} s, {result.Plan}; {result.Writes} snapshots became visible, {result.Snapshots} different ones, all the oracle's; {result.Counters}; fresh after {string.Join(", ", result.Outcomes.Select(outcome => outcome.FromHealedMs is { } ms ? $"{outcome.Kind} {ms}" : $"{outcome.Kind}"))} ms");

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}
