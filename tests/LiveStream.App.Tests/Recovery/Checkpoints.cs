using System.Buffers;
using LiveStream.App.Recovery;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.App.Tests.Recovery;

/// <summary>Checkpoints with random content, and what tests compare of them.</summary>
internal static class Checkpoints
{
    public static readonly string[] Topics = ["live.like", "live.room"];

    /// <summary>A checkpoint of two topics and three sections, one of them empty, one in pieces.</summary>
    public static Checkpoint Make(int group = 3, long epoch = 7, long sequence = 1, int seed = 1, string configuration = "abc", int sectionBytes = 100)
    {
        var random = new Random(seed);
        var image = new GroupImage
        {
            SettledMs = 1_700_000_000_000 + seed,
            LargestMs = 1_700_000_001_500 + seed,
            WholeFromMs = seed % 2 == 0 ? 1_600_000_000_000 : long.MinValue,
            Partitions = [new PartitionPosition(100 + seed, 1_700_000_001_000), new PartitionPosition(0, long.MinValue)],
            Sections = [Segments.Of(Bytes(random, sectionBytes)), Segments.Of(), Segments.Of(Bytes(random, 10), Bytes(random, sectionBytes))],
        };
        return new Checkpoint(new CheckpointName(group, epoch, sequence), configuration, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_002_000), Topics, image);
    }

    /// <summary>Everything of a checkpoint as text.</summary>
    public static string Text(Checkpoint checkpoint) => string.Join(
        ' ',
        [
            checkpoint.Name.ToString(), checkpoint.Configuration, checkpoint.TakenAt.ToString("O"), string.Join(',', checkpoint.Topics), Text(checkpoint.Image),
        ]);

    /// <summary>Everything of an image as text.</summary>
    public static string Text(GroupImage image) =>
        $"{image.SettledMs} {image.LargestMs} {image.WholeFromMs} {string.Join(',', image.Partitions)} {string.Join(',', image.Sections.Select(section => Convert.ToHexString(section.ToArray())))}";

    private static ReadOnlyMemory<byte> Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
