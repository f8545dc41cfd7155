using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LiveStream.Integration.Fixtures;
using LiveStream.Oracle;
using LiveStream.Simulation.Exactness;

namespace LiveStream.Integration.Queries;

/// <summary>
/// Whoever asks the log by the queries of src/METRICS.md gets the numbers of the snapshots: every query that stands there, run by ClickHouse over
/// the applied events, against the recomputation of generated logs and against <c>livestream replay</c> on an evening.
/// </summary>
public sealed class MetricsPageTests(MetricsPage page) : IClassFixture<MetricsPage>
{
    private const int Logs = 70;
    private const int SnapshotsOfLog = 4;

    [Fact]
    public void Every_query_gives_the_numbers_of_generated_logs()
    {
        List<string> differences = [];
        var cases = 0;
        for (var seed = 0; seed < Logs; seed++)
        {
            var random = new Random(seed);
            var files = LogGenerator.Generate(seed, 150 + random.Next(150));
            var options = OptionsOfSeed.Create(seed, EveryMs(seed)) with { Weights = new OracleOptions().Weights, Top = new OracleOptions().Top };
            var rows = Replay.AppliedEvents(files, options);
            page.Fill(rows);
            var events = rows.Select(row => JsonNode.Parse(row)!.AsObject()).ToList();
            options = options with { Room = events[random.Next(events.Count)]["room"]!.GetValue<string>() };
            foreach (var line in Chosen(Replay.Run(files, options).Lines, events, options, random))
            {
                differences.AddRange(Differences(line, options, random).Select(difference => $"seed {seed}, {difference}"));
                cases++;
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(12))}");
        Assert.InRange(cases, Logs * 3, Logs * SnapshotsOfLog);
    }

    [Fact]
    public async Task Every_query_gives_the_numbers_of_an_evening_as_replay_writes_them()
    {
        using var folder = new TemporaryFolder();
        await RunAsync("simulate", "--output", folder.File("show.jsonl"), "--minutes", "12", "--viewers", "400", "--late", "0.01", "--duplicates", "0.02", "--garbage", "0.01");
        await RunAsync("replay", folder.File("show.jsonl"), "--every", "47s", "--output", folder.File("snapshots.jsonl"));

        var options = new OracleOptions();
        page.Fill(Replay.AppliedEvents([await File.ReadAllBytesAsync(folder.File("show.jsonl"), TestContext.Current.CancellationToken)], options));
        var random = new Random(1);
        var lines = await File.ReadAllLinesAsync(folder.File("snapshots.jsonl"), TestContext.Current.CancellationToken);
        var differences = lines.SelectMany(line => Differences(Encoding.UTF8.GetBytes(line), options, random)).ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(12))}");
        Assert.InRange(lines.Length, 15, 20);
    }

    // Often enough that T falls on borders, seldom enough that a log of days has no more than some hundred snapshots.
    private static long EveryMs(int seed) => (seed & 3) switch { 1 => 20_000, 2 => 600_000, _ => 3_000 };

    // Half of them at random, half such that many events lie just where T cuts, where < and <= are not the same.
    private static IEnumerable<byte[]> Chosen(IReadOnlyList<byte[]> lines, IEnumerable<JsonObject> events, OracleOptions options, Random random)
    {
        var times = events.ToLookup(item => item["ts"]!.GetValue<long>());
        long[] distances = [0, options.PresenceTimeoutMs, 300_000, .. options.WindowMinutes.Select(minutes => minutes * 60_000L)];
        int Cuts(long asOfTs) => distances.Sum(distance => times[asOfTs - distance].Count());

        var mixed = lines.ToArray();
        random.Shuffle(mixed);
        var cutting = mixed.Take(100).OrderByDescending(line => Cuts(JsonNode.Parse(line)!["asOf"]!.GetValue<long>()));
        return cutting.Take(SnapshotsOfLog / 2).Union(mixed).Take(SnapshotsOfLog);
    }

    // All numbers of the session and those of one window.
    private IEnumerable<string> Differences(byte[] line, OracleOptions options, Random random)
    {
        var snapshot = JsonNode.Parse(line)!.AsObject();
        var (startTs, asOfTs) = (snapshot["start"]!.GetValue<long>(), snapshot["asOf"]!.GetValue<long>());
        var values = new Dictionary<string, string>
        {
            ["room"] = Quoted(snapshot["room"]!.GetValue<string>()),
            ["session"] = Quoted(snapshot["session"]!.GetValue<string>()),
            ["S"] = Number(startTs),
            ["T"] = Number(asOfTs),
            ["timeout"] = Number(options.PresenceTimeoutMs),
            ["from"] = Number(startTs),
            ["to"] = Number(asOfTs),
        };
        var window = "session";
        if (random.Next(options.WindowMinutes.Count + 1) is var chosen && chosen < options.WindowMinutes.Count)
        {
            window = $"{options.WindowMinutes[chosen]}m";
            var windowMs = options.WindowMinutes[chosen] * 60_000L;
            var toTs = asOfTs - (asOfTs % (windowMs / 60));
            (values["from"], values["to"]) = (Number(toTs - windowMs), Number(toTs));
            (values["w"], values["t"]) = (Number(windowMs), Number(asOfTs - (asOfTs % (windowMs / 10))));
        }

        return page.Differences(snapshot, window, values, options.Funnels.ToDictionary(funnel => funnel.Name, ValuesOf))
            .Select(difference => $"room {values["room"]}, session {values["session"]}, S {startTs}, T {asOfTs}, window {window}: {difference}");
    }

    private static Dictionary<string, string> ValuesOf(OracleFunnel funnel) => new()
    {
        ["steps"] = $"[{string.Join(", ", funnel.Steps.Select(Quoted))}]",
        ["conditions"] = string.Join(", ", funnel.Steps.Select(step => $"type = {Quoted(step)}")),
        ["within"] = Number(funnel.WithinMs) + (funnel.Steps.Distinct().Count() < funnel.Steps.Count ? ", 'strict_once'" : ""),
    };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static async Task RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await LiveStreamProgram.RunAsync(arguments, TimeSpan.FromMinutes(2));
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}.\n{output}\n{errors}");
    }
}
