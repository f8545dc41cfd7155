using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Crashes;

/// <summary>A series of runs as a page for people and as JSON, named by the day.</summary>
internal sealed class CrashTable(int seed, int kills)
{
    private const long PromisedMs = 5_000;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly List<CrashResult> results = [];
    private readonly List<(CrashPlan Plan, string Why)> failures = [];
    private readonly DateTime from = DateTime.UtcNow;

    /// <summary>Processes killed in runs that are in the table.</summary>
    public int Kills => results.Sum(result => result.Kills);

    /// <summary>Runs that failed.</summary>
    public IReadOnlyList<(CrashPlan Plan, string Why)> Failures => failures;

    /// <summary>A run whose every snapshot was the oracle's.</summary>
    public void Add(CrashResult result) => results.Add(result);

    /// <summary>A run that failed.</summary>
    public void Add(CrashPlan plan, Exception why) => failures.Add((plan, why.Message));

    /// <summary>Writes both files; returns the page's path.</summary>
    public string Write(string folder, string commit)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{from:yyyy-MM-dd}-crashes"));
        File.WriteAllText(path + ".md", Page(commit));
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(
            new
            {
                date = from,
                commit,
                seed,
                kills = Kills,
                failures = failures.Select(failure => new { failure.Plan.Seed, failure.Why }),
                runs = results.Select(result => new
                {
                    result.Plan.Seed,
                    result.Plan.Instances,
                    result.Plan.IsStatic,
                    result.Kills,
                    result.Counters,
                    visible = result.Writes,
                    different = result.Snapshots,
                    seconds = Math.Round(result.Took.TotalSeconds),
                    outcomes = result.Outcomes.Select(outcome => new { kind = $"{outcome.Kind}", outcome.FromFaultMs, outcome.FromHealedMs, outcome.FromGivenMs }),
                }),
            },
            Json));
        return path + ".md";
    }

    private string Page(string commit)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {Kills} kills of real processes");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"`tests/crashes --kills {kills} --seed {seed}`. {results.Count} runs of 1 to 3 instances of `livestream run` between a Kafka of three nodes and a redis-server, all on one machine, under the simulator's load ({CrashRun.EventsPerSecond} events/s with disorder, late events, duplicates and garbage, several rooms and sessions). {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, commit {commit}, {from:yyyy-MM-dd}.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{results.Sum(result => result.Counters.Read):N0} events were read, {results.Sum(result => result.Counters.Applied):N0} applied, {results.Sum(result => result.Counters.Duplicate):N0} were duplicates, {results.Sum(result => result.Counters.Late):N0} late, {results.Sum(result => result.Counters.Rejected):N0} rejected. {results.Sum(result => result.Writes):N0} snapshots became visible in Redis, {results.Sum(result => (long)result.Snapshots):N0} different ones: each is byte for byte what the log implies (a plain recomputation of it), none changed, no room went back, every room ended with its last numbers. {Verdict()}");
        text.AppendLine();
        text.AppendLine("Seconds until every room is fresh again, median / 90 % / longest:");
        text.AppendLine();
        text.AppendLine("| fault | times | measured | from the fault | from the replacement's start or the return | from Kafka giving its rooms away |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|");
        foreach (var kind in results.SelectMany(result => result.Outcomes.Select(outcome => (outcome, result.Plan)))
            .GroupBy(each => NameOf(each.outcome.Kind, each.Plan.IsStatic), each => each.outcome).OrderBy(kind => kind.First().Kind).ThenBy(kind => kind.Key))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {kind.Key} | {kind.Count()} | {kind.Count(outcome => outcome.FromFaultMs is not null)} | {Spread(kind.Select(outcome => outcome.FromFaultMs))} | {Spread(kind.Select(outcome => outcome.FromHealedMs))} | {Spread(kind.Select(outcome => outcome.FromGivenMs))} |");
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"A room is fresh when what it shows is at most {CrashRun.FreshMs / 1000.0:0.0} s old (lateness {CrashRun.LatenessMs / 1000.0:0.0} s, the hop, the rhythm of writing, half a second), and stays so. Not measured are faults that were followed by the next before that. A Kafka node counts from its death, not from its return. The design promises 5 s from the start of the replacement of a static member, and from Kafka giving its rooms to another where members are dynamic (until then Kafka waits for the session, 6 s, to be over).");
        foreach (var (plan, why) in failures)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"FAILED: {plan}: {why}");
        }

        return text.ToString();
    }

    private string Verdict() => $"{(failures.Count == 0 ? "0 events lost, 0 doubled." : $"{failures.Count} runs failed, see below.")} {OverPromise()}";

    // A static member from the start of its replacement, a dynamic one from Kafka giving its rooms to another.
    private string OverPromise()
    {
        var promised = results.SelectMany(result => result.Outcomes.Where(outcome => outcome.Kind == CrashKind.KillInstance)
            .Select(outcome => result.Plan.IsStatic ? outcome.FromHealedMs : outcome.FromGivenMs)).OfType<long>().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"Of {promised.Count} measured recoveries of killed instances {promised.Count(ms => ms > PromisedMs)} took longer than the {PromisedMs / 1000} s that are promised.");
    }

    private static string NameOf(CrashKind kind, bool isStatic) => kind switch
    {
        CrashKind.KillInstance => $"kill -9 of an instance, {(isStatic ? "a static member" : "a dynamic one")}",
        CrashKind.KillBroker => "kill -9 of a Kafka node",
        CrashKind.KillRedis => "kill -9 of Redis, back with its keys",
        CrashKind.LoseRedis => "kill -9 of Redis, back empty",
        CrashKind.FreezeInstance => "an instance frozen beyond its session (SIGSTOP)",
        CrashKind.TermInstance => "SIGTERM of an instance",
        CrashKind.FlushRedis => "FLUSHALL",
        CrashKind.PauseRedis => "CLIENT PAUSE",
        CrashKind.SleepRedis => "DEBUG SLEEP",
        _ => "Redis frozen (SIGSTOP)",
    };

    private static string Spread(IEnumerable<long?> times)
    {
        var sorted = times.OfType<long>().Order().ToArray();
        return sorted.Length == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"{At(0.5) / 1000.0:0.0} / {At(0.9) / 1000.0:0.0} / {sorted[^1] / 1000.0:0.0}");

        long At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
