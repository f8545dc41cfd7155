using System.Buffers;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Tests.Wide;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Tests.Recovery;

/// <summary>
/// Images whose bytes are not what was written, though a checksum said so: they are refused with the one exception that owners know, nothing of them is
/// held, and they do not cost more memory than an image may.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class DamagedImageTests
{
    private const int Lanes = 2;
    private const long MostBytes = 256L << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_section_that_is_cut_anywhere_is_refused_and_leaves_nothing_behind(bool wide)
    {
        var image = await Image(wide);
        foreach (var cut in Places(image, 60))
        {
            Check(image, (section, bytes) => section == cut.Section ? bytes[..cut.At] : bytes, $"cut at {cut}", mustFail: false);
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Flipped_bits_and_wild_bytes_are_read_or_refused_within_bounds(bool wide, int seed)
    {
        var image = await Image(wide);
        var random = new Random(seed);
        foreach (var place in Places(image, 150))
        {
            var value = random.Next(3) switch { 0 => (byte)0xff, 1 => (byte)random.Next(256), _ => (byte?)null };
            var bit = (byte)(1 << random.Next(8));
            Check(
                image,
                (section, bytes) =>
                {
                    if (section == place.Section && place.At < bytes.Length)
                    {
                        bytes[place.At] = value ?? (byte)(bytes[place.At] ^ bit);
                    }

                    return bytes;
                },
                $"{place} = {value} or flipped by {bit}",
                mustFail: false);
        }
    }

    [Fact]
    public async Task A_section_without_its_last_byte_is_refused()
    {
        var image = await Image(wide: false);
        for (var section = 0; section < image.Sections.Count; section++)
        {
            var cut = section;
            Check(image, (s, bytes) => s == cut ? bytes[..^1] : bytes, $"section {cut}", mustFail: true);
        }
    }

    private static void Check(GroupImage image, Func<int, byte[], byte[]> damage, string what, bool mustFail)
    {
        var damaged = image with { Sections = [.. image.Sections.Select((section, i) => new ReadOnlySequence<byte>(damage(i, section.ToArray())))] };
        foreach (var lanes in (int[])[1, Lanes])
        {
            var lane = new SingleLane(lanes: lanes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                lane.Group.Restore(damaged);
                Assert.False(mustFail && lanes == 1, what);
            }
            catch (InvalidDataException e)
            {
                var held = (lane.Caps.Rooms, lane.Caps.Viewers, lane.State.Counters.Buffered, lane.State.Counters.Dropped);
                Assert.True(held == (0, 0, 0, 0), $"{what}, {lanes} lanes: {held}, {e}");
                Assert.Empty(lane.Group.Rooms);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{what}: {e}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, what);
        }
    }

    private static IEnumerable<(int Section, int At)> Places(GroupImage image, int count)
    {
        for (var section = 0; section < image.Sections.Count; section++)
        {
            var length = (int)image.Sections[section].Length;
            for (var at = 0; at < length; at += Math.Max(1, length / count))
            {
                yield return (section, at);
            }
        }
    }

    private static async Task<GroupImage> Image(bool wide)
    {
        await using var rig = new LaneRig(Lanes, cadence: SnapshotCadence.EveryHop, wide: wide ? null : new WideRoomOptions { MaxRooms = 0 });
        rig.BeginAll();
        var intake = rig.Open();
        WideLaneTests.Add(intake, 0, 10);
        foreach (var e in RandomLog.Create(5, 200, 1_700_000_010_000))
        {
            e.AddTo(intake);
        }

        var image = await LaneRig.ImageOf(intake);
        Assert.Equal(wide, WideImage.RoomsOf(image).Count > 0);
        return image;
    }
}
