using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;

namespace LiveStream.Bench.Load.Rows;

/// <summary>All rows in the order of the table.</summary>
public static class LoadRows
{
    private static readonly (string Name, bool HasLanes, Func<W1Workload, int, Task<Measured>> Run)[] All =
    [
        ("A", true, (workload, lanes) => EngineRows.State(workload, lanes, json: false)),
        ("A2", true, (workload, lanes) => EngineRows.State(workload, lanes, json: true)),
        ("A+", true, EngineRows.Intake),
        ("B", true, EngineRows.Bytes),
        ("decode", false, (workload, _) => Task.FromResult(DecodeRows.Own(workload))),
        ("json", false, (workload, _) => Task.FromResult(DecodeRows.Library(workload))),
        ("plain", false, (workload, _) => Task.FromResult(PeerRows.Plain(workload))),
        ("rx", false, (workload, _) => Task.FromResult(PeerRows.Reactive(workload))),
        ("gather", false, (workload, _) => Task.FromResult(PeerRows.Gather(workload))),
    ];

    /// <summary>Names of the rows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(row => row.Name)];

    /// <summary>Measures the rows that the options name, one line at a time.</summary>
    public static async IAsyncEnumerable<Measured> Run(LoadOptions options)
    {
        var workload = new W1Workload(options);
        foreach (var (name, hasLanes, run) in All)
        {
            if (options.Rows.Count > 0 && !options.Rows.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var lanes in hasLanes ? options.Lanes : [0])
            {
                yield return await Best(workload, lanes, run, options.Repeat);
            }
        }
    }

    // A wrong answer is never hidden by a faster run.
    private static async Task<Measured> Best(W1Workload workload, int lanes, Func<W1Workload, int, Task<Measured>> run, int repeat)
    {
        var best = await run(workload, lanes);
        for (var i = 1; i < repeat && best.Wrong is null; i++)
        {
            var next = await run(workload, lanes);
            best = next.Wrong is not null || next.Taken.Cpu < best.Taken.Cpu ? next : best;
        }

        return best;
    }
}
