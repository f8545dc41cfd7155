using System.Text;
using System.Text.Json;
using LiveStream.App.Commands;
using LiveStream.App.Simulate;
using LiveStream.Metrics.Events;
using LiveStream.Oracle;

namespace LiveStream.App.Tests.Simulate;

/// <summary>The truth against two recounts that share no code with it: of the lines alone, and by the plain recomputation of all metrics.</summary>
public sealed class TruthTests
{
    public static TheoryData<Workload, ulong> Logs => new() { { Workload.Show, 1 }, { Workload.Show, 7 }, { Workload.W1, 42 } };

    [Theory]
    [MemberData(nameof(Logs))]
    public void TotalsAreThoseOfTheLinesWhenNothingIsDisturbed(Workload workload, ulong seed)
    {
        var (lines, truth) = Made.Log(Small(workload, seed) with { Disorder = 0, Late = 0, Duplicates = 0, Garbage = 0 });

        var events = Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(events.Count, truth.Read);
        foreach (var room in events.GroupBy(e => e.GetProperty("room").GetString()))
        {
            var known = truth.Rooms[int.Parse(room.Key![5..]) - 100_000];
            var payments = room.Where(e => Type(e) == "payment").ToList();
            Assert.Equal(room.Count(), known.Applied);
            Assert.Equal(payments.Sum(e => e.GetProperty("amount").GetInt64()), known.GmvMinor);
            Assert.Equal(payments.Sum(e => e.GetProperty("qty").GetInt64()), known.Units);
            Assert.Equal(payments.Select(e => (User(e), e.GetProperty("order").GetString())).Distinct().Count(), known.PaidOrders);
            Assert.Equal(room.Where(e => e.TryGetProperty("user", out _) && Type(e) != "leave").Select(User).Distinct().Count(), known.Viewers);
            foreach (var type in room.GroupBy(Type))
            {
                Assert.True(EventTypes.TryParse(type.Key, out var parsed));
                Assert.Equal(type.Sum(e => type.Key is "like" or "gift" ? e.GetProperty("count").GetInt64() : 1), known.Events[(int)parsed]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void SettledNumbersOfADisturbedLogAreTheTruth(Workload workload, ulong seed)
    {
        var options = Small(workload, seed);
        var (lines, ledger) = Made.Log(options);
        var result = Oracle.Replay.Run([lines], new OracleOptions());
        var truth = Document(ledger, options);

        Assert.Equal(
            (result.Counters.Read, result.Counters.Applied, result.Counters.Late, result.Counters.Duplicate, result.Counters.Rejected, result.Counters.Moved),
            (Count(truth, "read"), Count(truth, "applied"), Count(truth, "late"), Count(truth, "duplicate"), Count(truth, "rejected"), Count(truth, "moved")));
        Assert.True(result.Counters.Late > 0 && result.Counters.Duplicate > 0 && result.Counters.Rejected > 0 && result.Counters.Moved > 0);
        CompareRooms(truth, result.Lines);
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public async Task TheEngineSettlesOnTheTruth(Workload workload, ulong seed)
    {
        using var folder = new TemporaryFolder();
        var options = Small(workload, seed);
        var (lines, ledger) = Made.Log(options);
        var log = Path.Combine(folder.Path, "log.jsonl");
        var snapshots = Path.Combine(folder.Path, "snapshots.jsonl");
        await File.WriteAllBytesAsync(log, lines, TestContext.Current.CancellationToken);

        Assert.Equal(0, await CommandTree.RunAsync(["replay", log, "--output", snapshots, "--lanes", "2"]));

        CompareRooms(Document(ledger, options), [.. File.ReadLines(snapshots).Select(Encoding.UTF8.GetBytes)]);
    }

    [Fact]
    public void MarkersAndScriptsAreListedWithTheirFactors()
    {
        var (lines, truth) = Made.Log(SimulationOptions.For(Workload.Show) with { Minutes = 15, Viewers = 2000 });
        var text = Encoding.UTF8.GetString(lines);

        Assert.NotEmpty(truth.Effects);
        Assert.Equal(truth.Effects.Count, text.Split("\"type\":\"marker\"").Length + text.Split("\"type\":\"script\"").Length - 2);
        Assert.All(truth.Effects, effect => Assert.Contains($"\"label\":\"{Encoding.UTF8.GetString(effect.Turn.Label)}\"", text));
        Assert.NotEmpty(truth.Explains);
        Assert.All(truth.Explains, explain => Assert.True(explain.EndMs > explain.StartMs));
    }

    private static SimulationOptions Small(Workload workload, ulong seed) => workload == Workload.W1
        ? SimulationOptions.For(workload) with { Seed = seed, Rooms = 20, Viewers = 2000, Events = 20_000, Rate = 1000, Late = 0.01, Duplicates = 0.1, Garbage = 0.01 }
        : SimulationOptions.For(workload) with { Seed = seed, Rooms = 2, Viewers = 800, Minutes = 12, Disorder = 0.1, Late = 0.01, Duplicates = 0.1, Garbage = 0.01 };

    private static JsonElement Document(TruthLedger ledger, SimulationOptions options)
    {
        using var stream = new MemoryStream();
        TruthDocument.Write(stream, ledger, options);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    private static void CompareRooms(JsonElement truth, IReadOnlyList<byte[]> lines)
    {
        var snapshots = lines.Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(s => s.GetProperty("room").GetString()!);
        var rooms = truth.GetProperty("rooms").EnumerateArray().Where(room => Count(room, "applied") > 0).ToList();
        Assert.Equal(snapshots.Count, rooms.Count);
        foreach (var room in rooms)
        {
            CompareRoom(room, snapshots[room.GetProperty("room").GetString()!]);
        }
    }

    private static void CompareRoom(JsonElement truth, JsonElement snapshot)
    {
        var session = snapshot.GetProperty("windows").GetProperty("session");
        Assert.Equal(truth.GetProperty("session").GetString(), snapshot.GetProperty("session").GetString());
        Assert.Equal(Count(truth, "applied"), Count(snapshot, "applied"));
        Assert.Equal(Count(truth, "viewers"), Count(session, "viewers"));
        Assert.Equal(Count(truth, "interactingViewers"), Count(session, "interactingViewers"));
        Assert.Equal(Numbers(truth.GetProperty("events")), Numbers(session.GetProperty("events")));
        foreach (var (name, value) in Numbers(truth.GetProperty("trade")))
        {
            Assert.Equal((name, value), (name, Count(session.GetProperty("trade"), name)));
        }

        foreach (var step in session.GetProperty("reach").EnumerateArray())
        {
            Assert.Equal(Count(truth.GetProperty("reach"), step.GetProperty("step").GetString()!), Count(step, "users"));
        }

        foreach (var funnel in truth.GetProperty("funnels").EnumerateObject())
        {
            Assert.Equal(
                funnel.Value.EnumerateArray().Select(level => level.GetInt64()),
                session.GetProperty("funnels").GetProperty(funnel.Name).EnumerateArray().Select(step => Count(step, "users")));
        }
    }

    private static SortedDictionary<string, long> Numbers(JsonElement numbers) =>
        new(numbers.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64()), StringComparer.Ordinal);

    private static long Count(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private static string Type(JsonElement e) => e.GetProperty("type").GetString()!;

    private static string User(JsonElement e) => e.GetProperty("user").GetString()!;
}
