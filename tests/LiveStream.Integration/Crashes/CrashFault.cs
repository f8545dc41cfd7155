namespace LiveStream.Integration.Crashes;

/// <summary>What is done to real processes.</summary>
internal enum CrashKind
{
    /// <summary>kill -9 of an instance; another is started in its place.</summary>
    KillInstance,

    /// <summary>kill -9 of a Kafka node; it comes back with its data.</summary>
    KillBroker,

    /// <summary>kill -9 of Redis; it comes back with its keys.</summary>
    KillRedis,

    /// <summary>kill -9 of Redis; it comes back empty.</summary>
    LoseRedis,

    /// <summary>SIGSTOP of an instance for longer than its session lasts, then SIGCONT.</summary>
    FreezeInstance,

    /// <summary>SIGTERM of an instance; another is started in its place.</summary>
    TermInstance,

    /// <summary>FLUSHALL.</summary>
    FlushRedis,

    /// <summary>CLIENT PAUSE.</summary>
    PauseRedis,

    /// <summary>DEBUG SLEEP.</summary>
    SleepRedis,

    /// <summary>SIGSTOP of Redis, then SIGCONT.</summary>
    FreezeRedis,
}

/// <summary>One thing that is done.</summary>
/// <param name="Kind">What.</param>
/// <param name="AfterMs">How long after the one before it is over.</param>
/// <param name="Target">Which instance or node, by its place.</param>
/// <param name="ForMs">For how long, where it matters.</param>
/// <param name="IsHasty">Whether the next one comes before the rooms are fresh again.</param>
internal readonly record struct CrashFault(CrashKind Kind, int AfterMs, int Target, int ForMs, bool IsHasty)
{
    /// <summary>Whether a process is killed.</summary>
    public bool IsKill => Kind is CrashKind.KillInstance or CrashKind.KillBroker or CrashKind.KillRedis or CrashKind.LoseRedis;
}

/// <summary>What is done in one run: data that its seed decides.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Instances">How many instances share the rooms.</param>
/// <param name="IsStatic">Whether they are static members of their consumer group: a replacement takes the same rooms without a rebalance.</param>
/// <param name="Faults">What is done, in order.</param>
internal sealed record CrashPlan(int Seed, int Instances, bool IsStatic, IReadOnlyList<CrashFault> Faults)
{
    private const int SessionTimeoutMs = 6_000;

    /// <summary>A plan with a number of kills, and half as many other faults between them.</summary>
    public static CrashPlan Of(int seed, int kills)
    {
        var random = new Random(seed);
        var instances = random.Next(1, 4);
        var kinds = Enumerable.Range(0, kills).Select(_ => KillOf(random)).Concat(Enumerable.Range(0, kills / 2).Select(_ => OtherOf(random))).ToArray();
        random.Shuffle(kinds);
        CrashFault[] faults = [.. kinds.Select(kind => new CrashFault(
            kind, random.Next(200, 2_500), random.Next(12), DurationOf(random, kind), random.Next(5) == 0))];
        return new CrashPlan(seed, instances, random.Next(2) == 0, faults);
    }

    /// <summary>What it is, in one line.</summary>
    public override string ToString() =>
        $"seed {Seed}, {Instances} {(IsStatic ? "static" : "dynamic")} instances: {string.Join(", ", Faults.Select(fault => $"{fault.Kind} {fault.Target} after {fault.AfterMs} for {fault.ForMs}{(fault.IsHasty ? " hasty" : "")}"))}";

    private static CrashKind KillOf(Random random) => random.Next(100) switch
    {
        < 74 => CrashKind.KillInstance,
        < 84 => CrashKind.KillBroker,
        < 92 => CrashKind.KillRedis,
        _ => CrashKind.LoseRedis,
    };

    private static CrashKind OtherOf(Random random) => random.Next(100) switch
    {
        < 25 => CrashKind.FreezeInstance,
        < 45 => CrashKind.TermInstance,
        < 65 => CrashKind.FlushRedis,
        < 77 => CrashKind.PauseRedis,
        < 88 => CrashKind.SleepRedis,
        _ => CrashKind.FreezeRedis,
    };

    private static int DurationOf(Random random, CrashKind kind) => kind switch
    {
        CrashKind.KillInstance or CrashKind.TermInstance => random.Next(3) == 0 ? random.Next(6_000, 9_000) : random.Next(0, 2_000),
        CrashKind.FreezeInstance => SessionTimeoutMs + random.Next(1_000, 5_000),
        CrashKind.KillBroker => random.Next(2_000, 8_000),
        CrashKind.SleepRedis => 1_000 * random.Next(1, 5),
        _ => random.Next(200, 5_000),
    };
}
