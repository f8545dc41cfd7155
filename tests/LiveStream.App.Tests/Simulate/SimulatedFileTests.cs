using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiveStream.App.Simulate;

namespace LiveStream.App.Tests.Simulate;

public sealed class SimulatedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("livestream-simulate").FullName;

    public static TheoryData<Workload, string> Hashes => new()
    {
        { Workload.W1, "FAFE92C0372116FA" },
        { Workload.Show, "AB5EB801AFF78B45" },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public void SeedGivesTheSameBytesOnAnyDay(Workload workload, string hash)
    {
        var options = Disturbed(workload);
        var first = Write(options, "first.jsonl");
        var second = Write(options, "second.jsonl");
        var other = Write(options with { Seed = 43 }, "other.jsonl");

        Assert.Equal(hash, Convert.ToHexString(SHA256.HashData(first))[..16]);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void PacedAndUnpacedGiveTheSameEvents()
    {
        var options = Disturbed(Workload.Show);
        var paced = EventSources.Create(options);
        var e = default(SimulatedEvent);
        var events = new List<SimulatedEvent>();
        for (var untilMs = options.FirstMs; !paced.Ended; untilMs += 37)
        {
            while (paced.TryNext(untilMs, ref e))
            {
                Assert.True(e.SendMs <= untilMs);
                events.Add(e);
            }
        }

        Assert.Equal(Made.Events(EventSources.Create(options)), events);
    }

    [Fact]
    public void FilesAreSplitByKeyAndKeepTheirOrder()
    {
        var options = SimulationOptions.For(Workload.W1) with { Rooms = 40, Viewers = 5000, Events = 20_000 };
        var whole = Lines(Write(options, "whole.jsonl"));
        Write(options with { Partitions = 3 }, "split.jsonl");

        for (var partition = 0; partition < 3; partition++)
        {
            var part = Lines(File.ReadAllBytes(Path.Combine(_folder, $"split.{partition}.jsonl")));
            Assert.NotEmpty(part);
            Assert.Equal(whole.Where(line => RoomPartitions.Of(Encoding.UTF8.GetBytes(RoomOf(line)), 3) == partition), part);
        }
    }

    [Fact]
    public void GzipHoldsTheSameLines()
    {
        var options = SimulationOptions.For(Workload.W1) with { Events = 20_000 };
        var plain = Write(options, "plain.jsonl");
        using var packed = new GZipStream(new MemoryStream(Write(options, "packed.jsonl.gz")), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        packed.CopyTo(unpacked);

        Assert.Equal(plain, unpacked.ToArray());
    }

    [Fact]
    public void BuffersHoldTheLinesOfTheFile()
    {
        var options = SimulationOptions.For(Workload.W1) with { Events = 5000 };
        var source = EventSources.Create(options);
        var buffer = new byte[100_000];
        using var all = new MemoryStream();
        var total = 0;
        while (LineBuffer.Fill(source, buffer, out var lines) is > 0 and var used)
        {
            all.Write(buffer, 0, used);
            total += lines;
        }

        Assert.Equal(5000, total);
        Assert.Equal(Write(options, "events.jsonl"), all.ToArray());
    }

    [Theory]
    [InlineData("kafka", 0xd067cf64u)]
    [InlineData("giberish123456789", 0x8f552b0cu)]
    [InlineData("1234", 0x9fc97b14u)]
    [InlineData("234", 0xe7c009cau)]
    [InlineData("34", 0x873930dau)]
    [InlineData("4", 0x5a4b5ca1u)]
    [InlineData("", 0x106e08d9u)]
    public void KeysAreHashedAsKafkaDoes(string key, uint hash) => Assert.Equal(hash, RoomPartitions.Murmur2(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void LinesAreAsLongAsGatewaysSendThem()
    {
        var lines = Write(SimulationOptions.For(Workload.W1) with { Events = 100_000 }, "events.jsonl");

        Assert.InRange(lines.Length / 100_000.0, 140, 190);
    }

    [Theory]
    [InlineData("a/events.jsonl", 2, "a/events.2.jsonl")]
    [InlineData("events.jsonl.gz", 0, "events.0.jsonl.gz")]
    [InlineData("events", 1, "events.1")]
    public void PartitionStandsInTheName(string path, int partition, string expected) =>
        Assert.Equal(expected.Replace('/', Path.DirectorySeparatorChar), FileWriter.PathOf(path, partition));

    [Fact]
    public void ValuesOutOfRangeAreNamed()
    {
        var good = SimulationOptions.For(Workload.Show);
        Assert.Null(good.Problem());
        Assert.Null(SimulationOptions.For(Workload.W1).Problem());
        Assert.Contains("--rooms", (good with { Rooms = 0 }).Problem());
        Assert.Contains("--disorder", (good with { Disorder = double.NaN }).Problem());
        Assert.Contains("--late", (good with { Disorder = 0.6, Late = 0.6 }).Problem());
        Assert.Contains("--minutes", (good with { Minutes = 1, Events = 1 }).Problem());
        Assert.Contains("--batch", (good with { Batch = 0 }).Problem());
        Assert.Contains("--rate", (good with { Rate = 0 }).Problem());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SimulationOptions Disturbed(Workload workload) => workload == Workload.W1
        ? SimulationOptions.For(workload) with { Events = 50_000, Duplicates = 0.05, Garbage = 0.01 }
        : SimulationOptions.For(workload) with { Minutes = 6, Rooms = 2, Late = 0.002, Duplicates = 0.05, Garbage = 0.01 };

    private static List<string> Lines(byte[] file) => [.. Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static string RoomOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("room").GetString()!;

    private byte[] Write(SimulationOptions options, string name)
    {
        var path = Path.Combine(_folder, name);
        Simulation.ToFiles(options, path, truthPath: null, progress: null, CancellationToken.None);
        return options.Partitions == 1 ? File.ReadAllBytes(path) : [];
    }
}
