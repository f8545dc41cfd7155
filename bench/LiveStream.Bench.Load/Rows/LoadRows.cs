using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Rows;

/// <summary>All rows in the order of the table.</summary>
public static class LoadRows
{
    private const int EventsPerBatch = 50;

    private static readonly LoadRow[] All =
    [
        new("A", RowNeeds.Workload, true, (material, lanes) => EngineRows.State(material.Workload, lanes, json: false)),
        new("A2", RowNeeds.Workload, true, (material, lanes) => EngineRows.State(material.Workload, lanes, json: true)),
        new("A+", RowNeeds.Workload, true, (material, lanes) => EngineRows.Intake(material.Workload, lanes)),
        new("B", RowNeeds.Workload, true, (material, lanes) => EngineRows.Bytes(material.Workload, lanes)),
        new("C", RowNeeds.Kafka, true, (material, lanes) => LineRows.EndToEnd(material, "C", lanes, 1)),
        new("C50", RowNeeds.Kafka, true, (material, lanes) => LineRows.EndToEnd(material, "C50", lanes, EventsPerBatch)),
        new("consume", RowNeeds.Kafka, false, (material, _) => LineRows.Consume(material, "consume", 1)),
        new("consume50", RowNeeds.Kafka, false, (material, _) => LineRows.Consume(material, "consume50", EventsPerBatch)),
        new("drain", RowNeeds.Kafka, false, (material, _) => ConsumeRows.Batches(material)),
        new("drain-managed", RowNeeds.Kafka, false, (material, _) => ConsumeRows.OneByOne(material)),
        new("stream", RowNeeds.Nothing, true, StreamRow.Run),
        new("publish", RowNeeds.Nothing, false, (material, _) => PublishRow.Run(material)),
        new("decode", RowNeeds.Workload, false, (material, _) => Task.FromResult(DecodeRows.Own(material.Workload))),
        new("json", RowNeeds.Workload, false, (material, _) => Task.FromResult(DecodeRows.Library(material.Workload))),
        new("plain", RowNeeds.Workload, false, (material, _) => Task.FromResult(PeerRows.Plain(material.Workload))),
        new("rx", RowNeeds.Workload, false, (material, _) => Task.FromResult(PeerRows.Reactive(material.Workload))),
        new("rx-rooms", RowNeeds.Workload, false, (material, _) => Task.FromResult(PeerRows.ReactiveRooms(material.Workload))),
        new("redis", RowNeeds.Workload, false, (material, _) => RedisRow.Run(material)),
        new("gather", RowNeeds.Workload, false, (material, _) => Task.FromResult(PeerRows.Gather(material.Workload))),
    ];

    /// <summary>Names of the rows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(row => row.Name)];

    /// <summary>Whether a row holds no event longer than the engine does, so that it runs with any number of them.</summary>
    public static bool HoldsNothing(string name) => All.Any(row => row.Needs == RowNeeds.Nothing && string.Equals(row.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Measures the rows that the options name, one line at a time: first those that need nothing, then those that read Kafka, so that
    /// neither it nor the workload in memory is there while a row runs that does not need it.
    /// </summary>
    public static async IAsyncEnumerable<Measured> Run(LoadOptions options)
    {
        using var material = new LoadMaterial(options);
        foreach (var row in All.Where(row => options.Names(row.Name)).OrderBy(row => row.Needs))
        {
            if (row.Needs == RowNeeds.Workload)
            {
                material.Servers.StopKafka();
            }

            foreach (var lanes in row.HasLanes ? options.Lanes : [0])
            {
                yield return await Best(row, material, lanes);
            }
        }
    }

    /// <summary>The lines in the order of the table.</summary>
    public static IReadOnlyList<Measured> InOrder(IEnumerable<Measured> rows) => [.. rows.OrderBy(row => Array.FindIndex(All, known => known.Name == row.Row))];

    // A wrong answer is never hidden by a faster run.
    private static async Task<Measured> Best(LoadRow row, LoadMaterial material, int lanes)
    {
        var best = await Once(row, material, lanes);
        for (var i = 1; i < material.Options.Repeat && best.Wrong is null && best.Skipped is null; i++)
        {
            var next = await Once(row, material, lanes);
            best = next.Wrong is not null || row.IsBetter(next.Taken, best.Taken) ? next : best;
        }

        return best;
    }

    // What the row before left behind must not be counted as this one's.
    private static Task<Measured> Once(LoadRow row, LoadMaterial material, int lanes)
    {
        Resident.Bytes();
        return row.Run(material, lanes);
    }
}

/// <summary>What has to be there while a row runs, in the order in which rows run.</summary>
internal enum RowNeeds
{
    /// <summary>Nothing: its memory is its own.</summary>
    Nothing,

    /// <summary>A Kafka with W1 in it.</summary>
    Kafka,

    /// <summary>W1 in memory.</summary>
    Workload,
}

/// <summary>One row of the table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Needs">What has to be there.</param>
/// <param name="HasLanes">Whether it is run with each number of lanes.</param>
/// <param name="Run">Runs it once with a number of lanes.</param>
internal sealed record LoadRow(string Name, RowNeeds Needs, bool HasLanes, Func<LoadMaterial, int, Task<Measured>> Run)
{
    /// <summary>By CPU time; a row over several processes by the clock.</summary>
    public bool IsBetter(in Taken one, in Taken other) => Needs == RowNeeds.Kafka ? one.Wall < other.Wall : one.Cpu < other.Cpu;
}
