using System.Text;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Oracle;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Wide;
using LiveStream.Simulation.Exactness;

namespace LiveStream.Simulation.World;

/// <summary>All that a seed decides before its world begins: the log, the options, and what goes wrong when. Data, so that it can be made smaller.</summary>
internal sealed record Scenario
{
    private const long QuietAtEndMs = 12_000;

    private static readonly EventType[] AllTypes = [.. Enum.GetValues<EventType>().Where(type => (int)type < EventTypes.Count)];

    /// <summary>The seed, which also drives the order of what happens.</summary>
    public required int Seed { get; init; }

    /// <summary>Number of instances.</summary>
    public required int Instances { get; init; }

    /// <summary>Lanes of each instance.</summary>
    public required int Lanes { get; init; }

    /// <summary>Partitions of each topic, which are the partition groups.</summary>
    public required int Partitions { get; init; }

    /// <summary>The topics.</summary>
    public required IReadOnlyList<string> TopicNames { get; init; }

    /// <summary>What shapes the numbers, as the oracle reads it.</summary>
    public required OracleOptions Oracle { get; init; }

    /// <summary>The same for the engine.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Whether the new group protocol is used.</summary>
    public required bool IsCooperative { get; init; }

    /// <summary>Whether an instance keeps its name across its lives.</summary>
    public required bool IsStatic { get; init; }

    /// <summary>Whether checkpoints are kept in a folder, else on a server.</summary>
    public required bool StoreIsFolder { get; init; }

    /// <summary>Distance of two checkpoints, ms.</summary>
    public required int SaveEveryMs { get; init; }

    /// <summary>Whether users of rooms are split over the lanes at once.</summary>
    public required bool IsWide { get; init; }

    /// <summary>How often a room is written, ms.</summary>
    public required int PublishEveryMs { get; init; }

    /// <summary>What is appended, in order.</summary>
    public required IReadOnlyList<LiveRecord> Records { get; init; }

    /// <summary>What goes wrong, in order.</summary>
    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>The consumer's options.</summary>
    public KafkaOptions Kafka => new()
    {
        Topics = [.. TopicNames.Select(name => new KafkaTopic(name, AllTypes))],
        DeadLetterTopic = "",
        Properties = IsCooperative ? new Dictionary<string, string> { ["group.protocol"] = "consumer" } : [],
    };

    /// <summary>How the lanes run.</summary>
    public PipelineOptions Pipeline => new()
    {
        Lanes = Lanes,
        BatchEvents = 16,
        WideRooms = IsWide ? new WideRoomOptions { LeastEventsPerSecond = 1, LeastShare = 0 } : new WideRoomOptions(),
    };

    /// <summary>When the first record is appended.</summary>
    public long FirstMs => Records[0].AppendMs;

    /// <summary>When nothing is appended any more and nothing goes wrong any more.</summary>
    public long LastMs => Math.Max(Records[^1].AppendMs, Faults.Select(fault => FirstMs + fault.AtMs + fault.ForMs).DefaultIfEmpty(0).Max());

    /// <summary>The partition of a room.</summary>
    public int PartitionOf(string room) => PartitionOf(room, Partitions);

    /// <summary>The scenario of a seed.</summary>
    public static Scenario Of(int seed)
    {
        var random = new Random(seed);
        var isSlow = random.Next(8) == 0;
        var partitions = random.Next(1, 5);
        var topics = random.Next(1, 4);
        var options = OptionsOfSeed.Create(seed, everyMs: null) with { LatenessMs = new[] { 1_500, 2_000, 4_000 }[random.Next(3)] };
        options = isSlow && random.Next(2) == 0 ? options with { SessionIdleMinutes = 1 } : options;
        var engine = EngineOptionsOf.Oracle(options) with { IdleMs = isSlow ? 1_500 : random.Next(500, 1_500) };
        var records = LiveLogGenerator.Generate(seed, new LiveLogShape(
            random.Next(30, isSlow ? 80 : 160), topics, random.Next(1, 7), options.LatenessMs, isSlow,
            key => PartitionOf(key, partitions)));
        var instances = random.Next(1, 4);
        var lanes = random.Next(1, 4);
        return new Scenario
        {
            Seed = seed,
            Instances = instances,
            Lanes = lanes,
            Partitions = partitions,
            TopicNames = [.. Enumerable.Range(0, topics).Select(topic => $"topic{topic}")],
            Oracle = options,
            Engine = engine,
            IsCooperative = random.Next(2) == 0,
            IsStatic = random.Next(2) == 0,
            StoreIsFolder = random.Next(2) == 0,
            SaveEveryMs = isSlow ? random.Next(10_000, 60_000) : random.Next(4) == 0 ? random.Next(500, 1_500) : random.Next(1_000, 5_000),
            IsWide = lanes > 1 && random.Next(3) == 0,
            PublishEveryMs = random.Next(100, 1_500),
            Records = records,
            Faults = FaultsOf(random, instances, records[^1].AppendMs - records[0].AppendMs + QuietAtEndMs),
        };
    }

    /// <summary>What it is, in one line.</summary>
    public override string ToString() =>
        $"seed {Seed}: {Instances} {(IsStatic ? "static" : "dynamic")} instances of {Lanes} lanes{(IsWide ? ", wide" : "")}, {(IsCooperative ? "new" : "classic")} protocol, saved every {SaveEveryMs} ms to a {(StoreIsFolder ? "folder" : "server")}, {TopicNames.Count} topics of {Partitions} partitions, {Records.Count} records in {Records[^1].AppendMs - FirstMs} ms, lateness {Engine.LatenessMs} ms, idle after {Engine.IdleMs} ms, written every {PublishEveryMs} ms; {string.Join(", ", Faults.Select(fault => $"{fault.Kind} {fault.Instance} at {fault.AtMs} for {fault.ForMs}"))}";

    private static int PartitionOf(string room, int partitions) =>
        Partitioner.PartitionOf(PartitionerKind.Murmur2, Encoding.UTF8.GetBytes(room), partitions);

    private static List<Fault> FaultsOf(Random random, int instances, long spanMs)
    {
        var faults = new List<Fault>();
        var count = random.Next(10) == 0 ? 0 : random.Next(1, 10);
        for (var i = 0; i < count; i++)
        {
            var kind = (FaultKind)random.Next(Enum.GetValues<FaultKind>().Length);
            kind = random.Next(4) == 0 ? (FaultKind)random.Next((int)FaultKind.Freeze + 1) : kind;
            var longestMs = kind switch { FaultKind.Kill or FaultKind.KillSoon or FaultKind.Freeze => 12_000, FaultKind.HideEnds or FaultKind.StallReading => 8_000, _ => 5_000 };
            var fault = new Fault(random.NextInt64(spanMs), kind, random.Next(instances), random.Next(10, longestMs));
            faults.Add(fault);
            if (kind >= FaultKind.FillStore && random.Next(4) > 0)
            {
                faults.AddRange(Company(random, fault, instances));
            }
        }

        return [.. faults.OrderBy(fault => fault.AtMs)];
    }

    /// <summary>What else goes wrong, since a store matters to whoever takes a group over, and a log's beginning to whoever is behind.</summary>
    private static IEnumerable<Fault> Company(Random random, Fault fault, int instances)
    {
        if (fault.Kind == FaultKind.CutLog)
        {
            var whom = random.Next(3) == 0 ? FaultKind.Kill : FaultKind.StallReading;
            var beforeMs = Math.Min(fault.AtMs, random.Next(6_000));
            yield return new Fault(fault.AtMs - beforeMs, whom, random.Next(instances), beforeMs + random.Next(1_000));
            if (random.Next(2) == 0)
            {
                yield break;
            }

            yield return new Fault(fault.AtMs + random.Next(500), FaultKind.LoseStore, 0, 0);
        }

        FaultKind[] ends = [FaultKind.Kill, FaultKind.Kill, FaultKind.KillSoon, FaultKind.Stop, FaultKind.Freeze];
        for (var instance = 0; instance < instances; instance++)
        {
            yield return new Fault(fault.AtMs + random.Next(600), ends[random.Next(ends.Length)], instance, random.Next(10, 12_000));
        }
    }
}
