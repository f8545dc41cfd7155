using System.Diagnostics;
using LiveStream.Integration.Fixtures;
using LiveStream.Oracle;

namespace LiveStream.Integration.Crashes;

/// <summary>
/// One run: instances of the program between a Kafka of three nodes and a watched Redis, load on them, and the faults of a plan one after the
/// other. At the end every snapshot that was ever visible is compared with the plain recomputation of what lies in the topics.
/// </summary>
internal sealed class CrashRun : IAsyncDisposable
{
    /// <summary>Allowed lateness of the instances.</summary>
    public const int LatenessMs = 3_000;

    /// <summary>What is older is not fresh: lateness, a pulse, a hop, the rhythm of writing, and half a second.</summary>
    public const int FreshMs = LatenessMs + CrashLoad.PulseMs + 1_000 + 1_000 + 500;

    /// <summary>Events sent a second, pulses not counted.</summary>
    public const int EventsPerSecond = 400;
    private const int EndedByTerm = 128 + 15;

    private static readonly TimeSpan FreshLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BrokerLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(10);

    private readonly CrashPlan plan;
    private readonly KafkaBroker kafka;
    private readonly TestTopics topics;
    private readonly WatchedRedis redis;
    private readonly CrashEvidence evidence;
    private readonly TemporaryFolder checkpoints = new();
    private readonly LiveStreamProgram?[] instances;
    private readonly List<CrashOutcome> outcomes = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();

    private CrashRun(CrashPlan plan, KafkaBroker kafka, TestTopics topics, WatchedRedis redis, CrashEvidence evidence)
    {
        this.plan = plan;
        this.kafka = kafka;
        this.topics = topics;
        this.redis = redis;
        this.evidence = evidence;
        instances = new LiveStreamProgram?[plan.Instances];
    }

    private static long NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Carries a plan out.</summary>
    public static async Task<CrashResult> RunAsync(CrashPlan plan, KafkaBroker kafka)
    {
        var notes = new CrashEvidence(plan);
        try
        {
            var live = new TestTopics(kafka.BootstrapServers);
            await live.CreateAsync();
            await using var watched = await WatchedRedis.StartAsync();
            await using var run = new CrashRun(plan, kafka, live, watched, notes);
            var result = await run.RunAsync();
            notes.Remove();
            return result;
        }
        catch (Exception failure)
        {
            notes.Note($"FAILED: {failure}");
            throw new InvalidOperationException($"{plan}\nThe evidence is in {notes.Folder}\n{failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
        {
            if (instance is not null)
            {
                evidence.Keep(instance);
                await instance.DisposeAsync();
            }
        }

        checkpoints.Dispose();
    }

    private async Task<CrashResult> RunAsync()
    {
        evidence.Note($"{plan}");
        await using var load = CrashLoad.Start(topics, plan.Seed, EventsPerSecond);
        for (var i = 0; i < instances.Length; i++)
        {
            Start(i);
        }

        await FreshAsync(NowMs);
        foreach (var fault in plan.Faults)
        {
            await Task.Delay(fault.AfterMs, TestContext.Current.CancellationToken);
            await load.ThrowIfEndedAsync();
            await ApplyAsync(fault);
        }

        await FreshAsync(NowMs);
        await load.EndTrafficAsync();
        var endedMs = NowMs;
        await Poll.UntilAsync(FreshLimit, "all that was sent is settled", () => Task.FromResult(
            redis.Seen.Newest.FirstOrDefault(room => room.Value <= endedMs) is { Key: { } key } late ? $"{key} is at {late.Value}, the traffic ended at {endedMs}." : null));
        await EndInstancesAsync();
        await load.EndPulseAsync();
        await redis.KillAsync();
        return await JudgeAsync();
    }

    private async Task ApplyAsync(CrashFault fault)
    {
        evidence.Note($"{fault}");
        var atMs = NowMs;
        var target = fault.Target % instances.Length;
        switch (fault.Kind)
        {
            case CrashKind.KillInstance:
                await KillAsync(target);
                await Task.Delay(fault.ForMs);
                Start(target);
                break;
            case CrashKind.TermInstance:
                await TermAsync(target);
                await Task.Delay(fault.ForMs);
                Start(target);
                break;
            case CrashKind.FreezeInstance:
                await instances[target]!.Process.SignalAsync("STOP");
                await Task.Delay(fault.ForMs);
                await instances[target]!.Process.SignalAsync("CONT");
                break;
            case CrashKind.KillBroker:
                await KillBrokerAsync(1 + (fault.Target % kafka.Nodes), fault.ForMs);
                break;
            default:
                await ApplyToRedisAsync(fault);
                break;
        }

        // While a node is away its partitions have another leader: that is what the rooms wait for, not the node.
        await HealedAsync(fault, atMs, fault.Kind == CrashKind.KillBroker ? atMs : NowMs);
    }

    private async Task ApplyToRedisAsync(CrashFault fault)
    {
        switch (fault.Kind)
        {
            case CrashKind.KillRedis or CrashKind.LoseRedis:
                await redis.KillAsync();
                await Task.Delay(fault.ForMs);
                await redis.StartAgainAsync(isEmpty: fault.Kind == CrashKind.LoseRedis);
                break;
            case CrashKind.FlushRedis:
                await redis.CommandAsync("FLUSHALL");
                break;
            case CrashKind.PauseRedis:
                await redis.CommandAsync("CLIENT", "PAUSE", $"{fault.ForMs}", "ALL");
                await Task.Delay(fault.ForMs);
                break;
            case CrashKind.SleepRedis:
                await redis.CommandAsync("DEBUG", "SLEEP", $"{fault.ForMs / 1000}");
                break;
            case CrashKind.FreezeRedis:
                await redis.SignalAsync("STOP");
                await Task.Delay(fault.ForMs);
                await redis.SignalAsync("CONT");
                break;
        }
    }

    /// <summary>Waits until every room is fresh, unless the next fault is to come before, and notes how long it took.</summary>
    private async Task HealedAsync(CrashFault fault, long atMs, long healedMs)
    {
        evidence.Note($"{fault.Kind} is over");
        if (fault.IsHasty)
        {
            outcomes.Add(new CrashOutcome(fault.Kind, null, null, null));
            return;
        }

        var freshMs = await FreshAsync(healedMs);
        var given = instances.Max(instance => instance?.Process.LastSaidMs("assigned") ?? 0);
        outcomes.Add(new CrashOutcome(fault.Kind, freshMs - atMs, freshMs - healedMs, given > atMs ? Math.Max(0, freshMs - Math.Max(given, healedMs)) : null));
        evidence.Note($"every room is fresh {freshMs - healedMs} ms after");
    }

    private async Task<long> FreshAsync(long sinceMs)
    {
        long freshMs = 0;
        await Poll.UntilAsync(FreshLimit, "every room is fresh", () =>
        {
            foreach (var ended in instances.Where(instance => instance is { Process.HasExited: true }))
            {
                Assert.Fail($"livestream ended by itself.\n{ended!.Process.Said()}");
            }

            return Task.FromResult(redis.Seen.FreshMs(sinceMs, FreshMs, NowMs) is { } found && (freshMs = found) > 0 ? null :
                string.Join(", ", redis.Seen.Newest.Select(room => $"{room.Key} is {NowMs - room.Value} ms behind")));
        });
        return freshMs;
    }

    private void Start(int place)
    {
        evidence.Note($"instance {place} starts");
        instances[place] = LiveStreamProgram.Start(["run"], topics.Settings,
        [
            .. plan.IsStatic ? [KeyValuePair.Create("LIVESTREAM__KAFKA__PROPERTIES__group.instance.id", $"{place}")] : Array.Empty<KeyValuePair<string, string>>(),
            KeyValuePair.Create("LIVESTREAM__REDIS__CONFIGURATION", redis.Configuration),
            KeyValuePair.Create("LIVESTREAM__CHECKPOINT__FOLDER", checkpoints.Path),
            KeyValuePair.Create("LIVESTREAM__ENGINE__LATENESSMS", $"{LatenessMs}"),
            KeyValuePair.Create("LIVESTREAM__ENGINE__IDLEMS", "10000"),
            KeyValuePair.Create("LIVESTREAM__ENGINE__LANES", $"{1 + (plan.Seed + place) % 3}"),
        ]);
    }

    private async Task KillAsync(int place)
    {
        await using var killed = instances[place]!;
        await killed.Process.KillAsync();
        evidence.Keep(killed);
        instances[place] = null;
    }

    private async Task TermAsync(int place)
    {
        await using var ended = instances[place]!;
        var hadBegun = ended.Process.LastSaidMs("Reading") is not null;
        await ended.Process.SignalAsync("TERM");
        var code = await ended.Process.ExitAsync(ExitLimit);
        evidence.Keep(ended);
        instances[place] = null;
        Assert.True(code == 0 || (code == EndedByTerm && !hadBegun), $"livestream ended with {code} on TERM.\n{ended.Process.Said()}");
    }

    private async Task KillBrokerAsync(int node, int forMs)
    {
        await kafka.KillAsync(node);
        await Task.Delay(forMs);
        await kafka.StartAgainAsync(node);
        await kafka.InSyncAsync(BrokerLimit);
    }

    // The end by TERM is what has the program verify that its counters add up.
    private async Task EndInstancesAsync()
    {
        for (var i = 0; i < instances.Length; i++)
        {
            await TermAsync(i);
        }
    }

    private async Task<CrashResult> JudgeAsync()
    {
        if (redis.Seen.Wrong is [var wrong, ..])
        {
            Assert.Fail(wrong);
        }

        var files = await topics.LinesAsync();
        var log = RecomputedLog.Of(files, new OracleOptions { LatenessMs = LatenessMs });
        if (redis.Seen.Snapshots.Difference(log) is { } difference)
        {
            evidence.Keep(files);
            Assert.Fail(difference);
        }

        var missing = log.Rooms.Where(room => !redis.Seen.Newest.ContainsKey($"live:{{{room}}}:snapshot")).ToList();
        Assert.True(missing.Count == 0, $"Rooms that were never shown: {string.Join(", ", missing)}");
        evidence.Note($"{redis.Seen.Writes} snapshots written, {redis.Seen.Snapshots.Count} different ones are the oracle's; {log.Counters}");
        return new CrashResult(plan, outcomes, log.Counters, redis.Seen.Writes, redis.Seen.Snapshots.Count, clock.Elapsed);
    }
}
