using System.Text;
using LiveStream.Oracle;
using Xunit;

namespace LiveStream.Simulation.Exactness;

/// <summary>
/// The engine's bytes are the oracle's, on generated hostile logs, whatever the options, the lanes and the order of arrival. A failing
/// log is made small before it is printed; LIVESTREAM_TEST_SEED runs a single seed, LIVESTREAM_TEST_SEEDS that many.
/// </summary>
public sealed class OracleTests
{
    private const int Seeds = 2000;
    private const int Parts = 4;
    private const int WideSeeds = 240;
    private const long MostWideSeconds = 12_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task EveryGeneratedLogGivesTheOraclesBytes(int part)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEED"), out var single))
        {
            await CheckSeed(single);
            return;
        }

        var seeds = int.TryParse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEEDS"), out var wanted) ? wanted : Seeds;
        for (var seed = part; seed < seeds; seed += Parts)
        {
            await CheckSeed(seed);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RoomsSplitOverLanesGiveTheOraclesBytes(int part)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEED"), out var single))
        {
            await CheckWideSeed(single);
            return;
        }

        var seeds = int.TryParse(Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEEDS"), out var wanted) ? wanted / 5 : WideSeeds;
        var (split, checkedLogs) = (0, 0);
        for (var seed = part; seed < seeds; seed += Parts)
        {
            var rooms = await CheckWideSeed(seed);
            checkedLogs += rooms is null ? 0 : 1;
            split += rooms > 0 ? 1 : 0;
        }

        Assert.True(split > 0 && split >= checkedLogs * 3 / 4, $"Rooms were split in {split} of {checkedLogs} logs only.");
    }

    // How many rooms were split at once; null when the log is left out.
    private static async Task<int?> CheckWideSeed(int seed)
    {
        var files = LogGenerator.Generate(seed, 40 + (seed % 160));

        // Less than a minute, so that no session is over by quiet before the last snapshot that a replay writes of it.
        var options = OptionsOfSeed.Create(seed, seed % 7 == 0 ? null : 1000 * (10 + (seed % 49)));
        var expected = Replay.Run(files, options);
        if (SecondsOf(expected) > MostWideSeconds)
        {
            return null;
        }

        int[][] lanes = [[2, 1], [5, 2], [3, 1], [2, 3]];
        var (settled, actual, split) = await EngineReplay.RunWide(files, options, lanes[seed % 4], expected, new Random(seed), seed % 2 == 0 ? 0 : 12);
        if (FirstDifference(settled, actual) is { } difference)
        {
            Assert.Fail($"seed {seed}, {options}\n{difference}");
        }

        return split;
    }

    // Every second of every session is settled and put together, so a few long logs would take all the time.
    private static long SecondsOf(OracleResult expected) => expected.Lines.Select(SnapshotId.Of)
        .GroupBy(id => (id.Room, id.Session, id.StartMs)).Sum(session => (session.Max(id => id.AsOfMs) - session.Key.StartMs) / 1000);

    private static async Task CheckSeed(int seed)
    {
        var files = LogGenerator.Generate(seed, 40 + (seed % 160));
        var options = OptionsOfSeed.Create(seed, seed % 7 == 0 ? null : LogGenerator.EveryMs(seed));
        if (await Difference(files, options, seed) is not { } difference)
        {
            return;
        }

        var small = await Shrinking.Shrink(files, async log => await Difference(log, options, seed) is not null);
        var log = string.Join("\n--- next file\n", small.Select(Encoding.UTF8.GetString));
        Assert.Fail($"seed {seed}, {options}\n{difference}\nmade small: {await Difference(small, options, seed)}\n{Start(log, 8000)}");
    }

    // The log as it is with one number of lanes; in another order of arrival with another number of lanes; and read by engines with different
    // numbers of lanes by turns, each going on with an image that the one before took at a random place.
    private static async Task<string?> Difference(IReadOnlyList<byte[]> files, OracleOptions options, int seed)
    {
        int[] lanes = [1, 2, 5];
        var expected = Replay.Run(files, options);
        var generated = await EngineReplay.Run(files, options, [lanes[seed % 3]], new Random(seed));
        if (FirstDifference(expected, generated) is { } difference)
        {
            return difference;
        }

        var shuffled = LogGenerator.Shuffle(files, seed, options.LatenessMs);
        if (FirstDifference(expected, await EngineReplay.Run(shuffled, options, [lanes[(seed + 1) % 3]], new Random(seed + 1))) is { } inOtherOrder)
        {
            return "in another order of arrival: " + inOtherOrder;
        }

        var handedOver = await EngineReplay.Run(files, options, [lanes[(seed + 2) % 3], lanes[seed % 3]], new Random(seed + 2), handOverOneIn: 12);
        return FirstDifference(expected, handedOver) is { } afterHandOver ? "handed over: " + afterHandOver : null;
    }

    private static string? FirstDifference(OracleResult expected, OracleResult actual)
    {
        if (expected.Counters != actual.Counters)
        {
            return $"expected {expected.Counters}, was {actual.Counters}";
        }

        for (var i = 0; i < Math.Min(expected.Lines.Count, actual.Lines.Count); i++)
        {
            if (!SameBytes.Are(expected.Lines[i], actual.Lines[i]))
            {
                return $"line {i}\n{SameBytes.Difference(expected.Lines[i], actual.Lines[i])}";
            }
        }

        return expected.Lines.Count == actual.Lines.Count ? null : $"{expected.Lines.Count} lines expected, {actual.Lines.Count} written";
    }

    private static string Start(string text, int length) => text.Length <= length ? text : text[..length] + "…";
}
