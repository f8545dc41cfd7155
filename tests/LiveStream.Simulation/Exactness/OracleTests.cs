using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LiveStream.Oracle;
using Xunit;

namespace LiveStream.Simulation.Exactness;

/// <summary>The engine's bytes are the oracle's, on generated hostile logs, whatever the lanes and the order of arrival.</summary>
public sealed class OracleTests
{
    /// <summary>Seeds 0..N-1 run in every test run; LIVESTREAM_TEST_SEED runs a single one.</summary>
    private const int Seeds = 2000;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task EveryGeneratedLogGivesTheOraclesBytes()
    {
        var single = Environment.GetEnvironmentVariable("LIVESTREAM_TEST_SEED");
        var (from, count) = single is null ? (0, Seeds) : (int.Parse(single), 1);
        for (var seed = from; seed < from + count; seed++)
        {
            var files = LogGenerator.Generate(seed, 40 + (seed % 200));
            var options = new OracleOptions { EveryMs = seed % 7 == 0 ? null : LogGenerator.EveryMs(seed) };
            var expected = Replay.Run(files, options);
            int[] lanes = [1, 2, 5];
            AssertSame(expected, await EngineReplay.Run(files, options, lanes[seed % 3], new Random(seed)), seed, "as generated");
            var shuffled = LogGenerator.Shuffle(files, seed, options.LatenessMs);
            AssertSame(expected, await EngineReplay.Run(shuffled, options, lanes[(seed + 1) % 3], new Random(seed + 1)), seed, "shuffled");
        }
    }

    private static void AssertSame(OracleResult expected, OracleResult actual, int seed, string how)
    {
        Assert.True(expected.Counters == actual.Counters, $"seed {seed}, {how}: expected {expected.Counters}, was {actual.Counters}");
        for (var i = 0; i < Math.Min(expected.Lines.Count, actual.Lines.Count); i++)
        {
            if (!expected.Lines[i].AsSpan().SequenceEqual(actual.Lines[i]) && !SameText(expected.Lines[i], actual.Lines[i]))
            {
                Assert.Fail($"seed {seed}, {how}, line {i}: {FirstDifference(expected.Lines[i], actual.Lines[i])}");
            }
        }

        Assert.True(expected.Lines.Count == actual.Lines.Count, $"seed {seed}, {how}: {expected.Lines.Count} lines expected, {actual.Lines.Count} written");
    }

    // System.Text.Json escapes characters beyond U+FFFF, the engine writes them as they are; anything else must be the same bytes.
    private static bool SameText(byte[] expected, byte[] actual) =>
        JsonDocument.Parse(actual) is var document && JsonSerializer.SerializeToUtf8Bytes(document, Relaxed).AsSpan().SequenceEqual(expected);

    private static string FirstDifference(byte[] expected, byte[] actual)
    {
        var at = expected.AsSpan().CommonPrefixLength(actual);
        var from = Math.Max(0, at - 200);
        return $"at byte {at}\nexpected …{Part(expected, from)}\nactual   …{Part(actual, from)}\n{Part(expected, 0)}";
    }

    private static string Part(byte[] text, int from) => Encoding.UTF8.GetString(text, from, Math.Min(320, text.Length - from));
}
