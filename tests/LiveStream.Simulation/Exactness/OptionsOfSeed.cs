using LiveStream.Oracle;

namespace LiveStream.Simulation.Exactness;

/// <summary>Engine options of a seed: every third seed runs with the defaults, the others with windows, funnels, weights and bounds of their own.</summary>
internal static class OptionsOfSeed
{
    private static readonly int[][] Windows = [[1, 5, 10], [1], [2, 7], [3, 60], [1, 2, 3, 4]];

    private static readonly OracleFunnel[][] Funnels =
    [
        [],
        [new("twice", ["click", "click", "payment"], 30_000)],
        [new("reverse", ["payment", "cart", "click"], 60_000), new("shopping", ["click", "cart", "payment"], 1_800_000)],
        [new("long", ["enter", "like", "like", "click", "cart", "click", "order", "payment"], 600_000)],
        [new("same", ["barrage", "barrage"], 1), new("social", ["share", "follow", "gift"], 86_400_000)],
    ];

    public static OracleOptions Create(int seed, long? everyMs)
    {
        if (seed % 3 == 0)
        {
            return new OracleOptions { EveryMs = everyMs };
        }

        var random = new Random(seed);
        return new OracleOptions
        {
            EveryMs = everyMs,
            WindowMinutes = Windows[random.Next(Windows.Length)],
            Funnels = Funnels[random.Next(Funnels.Length)],
            Weights = [random.Next(4), random.Next(4), random.Next(10), random.Next(10)],
            Top = random.Next(1, 6),
            PresenceTimeoutMs = random.Next(1, 90) * 1000,
            LatenessMs = random.Next(3) == 0 ? 0 : random.Next(10_000),
            SessionIdleMinutes = random.Next(1, 400),
            Currency = "EUR",
            MinorDigits = 3,
        };
    }
}
