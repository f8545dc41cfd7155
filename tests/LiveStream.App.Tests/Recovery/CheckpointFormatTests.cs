using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

public sealed class CheckpointFormatTests
{
    private static readonly Checkpoint Made = Checkpoints.Make();

    [Fact]
    public void What_is_written_is_read()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var checkpoint = Checkpoints.Make(group: seed, epoch: 1_700_000_000_000 + seed, sequence: seed, seed: seed, sectionBytes: seed * 1000);
            Assert.Equal(Checkpoints.Text(checkpoint), Checkpoints.Text(CheckpointFormat.Read(checkpoint.Name, CheckpointFormat.Write(checkpoint))));
        }
    }

    [Fact]
    public void It_may_come_in_any_pieces()
    {
        var whole = CheckpointFormat.Write(Made).ToArray();
        for (var size = 1; size < 100; size += 7)
        {
            var pieces = Segments.Of(whole.Chunk(size).Select(piece => (ReadOnlyMemory<byte>)piece));
            Assert.Equal(Checkpoints.Text(Made), Checkpoints.Text(CheckpointFormat.Read(Made.Name, pieces)));
        }
    }

    [Fact]
    public void Every_changed_bit_is_noticed()
    {
        var whole = CheckpointFormat.Write(Made).ToArray();
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            whole[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertNotRead(whole, $"bit {bit}");
            whole[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_length_but_its_own_is_noticed()
    {
        var whole = CheckpointFormat.Write(Made).ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            AssertNotRead(whole[..length], $"length {length}");
        }

        AssertNotRead([.. whole, 0], "one byte more");
    }

    [Fact]
    public void Zeros_and_other_files_are_not_read()
    {
        AssertNotRead(new byte[4096], "zeros");
        AssertNotRead([.. "{\"not\":\"a checkpoint\"}"u8, .. new byte[100]], "json");
    }

    [Fact]
    public void The_place_of_another_checkpoint_is_noticed() => Assert.Contains(
        "it is checkpoint 3-7-1",
        Assert.Throws<InvalidDataException>(() => CheckpointFormat.Read(Made.Name with { Sequence = 2 }, CheckpointFormat.Write(Made))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Another_version_is_told_from_damage()
    {
        var whole = CheckpointFormat.Write(Made).ToArray();
        whole[8]++;
        Assert.Contains("format 2", Assert.Throws<NotSupportedException>(() => CheckpointFormat.Read(Made.Name, new ReadOnlySequence<byte>(whole))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_sections_are_not_copied()
    {
        var large = Checkpoints.Make(sectionBytes: 1 << 20);
        CheckpointFormat.Read(large.Name, CheckpointFormat.Write(large));
        var before = GC.GetAllocatedBytesForCurrentThread();
        CheckpointFormat.Read(large.Name, CheckpointFormat.Write(large));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    private static void AssertNotRead(byte[] bytes, string what)
    {
        try
        {
            CheckpointFormat.Read(Made.Name, new ReadOnlySequence<byte>(bytes));
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            return;
        }

        Assert.Fail($"{what} was read.");
    }
}
