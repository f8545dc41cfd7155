using LiveStream.Oracle;

namespace LiveStream.Simulation.World;

/// <summary>Makes a failing scenario small: takes faults and records away, ever fewer at a time, as long as its world still fails.</summary>
internal static class SmallerScenario
{
    private const int MostWorlds = 300;

    /// <summary>Records of one partition and instant stay together: the first may be what makes the others late.</summary>
    private static List<List<LiveRecord>> Instants(IReadOnlyList<LiveRecord> records)
    {
        var instants = new List<List<LiveRecord>>();
        foreach (var record in records)
        {
            if (instants.Count == 0 || instants[^1][0] is var last && (last.AppendMs, last.Topic, last.Partition) != (record.AppendMs, record.Topic, record.Partition))
            {
                instants.Add([]);
            }

            instants[^1].Add(record);
        }

        return instants;
    }

    /// <summary>A scenario with as little in it as this finds that still fails.</summary>
    public static Scenario Of(Scenario failing, PlantedFault planted = PlantedFault.None)
    {
        var worlds = 0;
        var small = failing;
        small = Fewer(small.Faults, faults => small with { Faults = faults });
        small = Fewer(Instants(small.Records), records => small with { Records = [.. records.SelectMany(record => record)] });
        return small;

        Scenario Fewer<T>(IReadOnlyList<T> all, Func<IReadOnlyList<T>, Scenario> with)
        {
            for (var size = Math.Max(1, all.Count / 2); size >= 1; size /= 2)
            {
                for (var from = 0; from < all.Count && worlds < MostWorlds;)
                {
                    T[] fewer = [.. all.Take(from), .. all.Skip(from + size)];
                    worlds++;
                    if (Fails(with(fewer)))
                    {
                        all = fewer;
                    }
                    else
                    {
                        from += size;
                    }
                }
            }

            return with(all);
        }

        bool Fails(Scenario scenario) => scenario.Records.Count > 0 && new SimulatedWorld(scenario, planted).Run() is not null;
    }
}
