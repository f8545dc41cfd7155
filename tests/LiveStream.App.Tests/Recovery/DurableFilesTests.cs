using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

/// <summary>What is left behind when writing goes wrong between its steps, and by writers who come together.</summary>
public sealed class DurableFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void What_is_written_replaces_what_was_there_and_leaves_nothing_else()
    {
        var path = PathOf("a");
        DurableFiles.Write(path, Segments.Of(new byte[] { 1, 2 }, new byte[] { 3 }));
        DurableFiles.Write(path, Segments.Of(new byte[] { 4 }, new byte[] { 5, 6 }));
        Assert.Equal([4, 5, 6], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_half_written_file_of_a_writer_that_died_is_no_obstacle()
    {
        var path = PathOf("a");
        File.WriteAllBytes(path + DurableFiles.TemporarySuffix, [9, 9, 9, 9, 9, 9]);
        DurableFiles.Write(path, Segments.Of(new byte[] { 1 }));
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    // A folder stands in the way of the name: the step after the data was flushed fails.
    [Fact]
    public void When_the_name_cannot_be_given_the_data_is_removed_and_what_was_there_stays()
    {
        var path = PathOf("a");
        Directory.CreateDirectory(Path.Combine(path, "inside"));
        Assert.ThrowsAny<Exception>(() => DurableFiles.Write(path, Segments.Of(new byte[] { 1 })));
        Assert.True(Directory.Exists(Path.Combine(path, "inside")));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_piece_that_cannot_be_read_leaves_the_file_before_as_it_was()
    {
        var path = PathOf("a");
        DurableFiles.Write(path, Segments.Of(new byte[] { 1, 2, 3 }));
        using var broken = new BrokenMemory();
        Assert.Throws<InvalidOperationException>(() => DurableFiles.Write(path, Segments.Of(new byte[] { 4 }, broken.Memory)));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Of_many_who_create_a_file_one_alone_succeeds_and_the_file_is_his()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = PathOf($"r{round}");
            var created = new bool[8];
            Parallel.For(0, created.Length, i => created[i] = DurableFiles.TryCreate(path, [(byte)i]));
            Assert.Equal([(byte)Assert.Single(Enumerable.Range(0, created.Length), i => created[i])], File.ReadAllBytes(path));
        }

        Assert.Equal(20, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public void A_folder_that_is_gone_is_an_error_that_names_it()
    {
        var gone = Path.Combine(folder.Path, "gone");
        Assert.ThrowsAny<IOException>(() => DurableFiles.Write(Path.Combine(gone, "a"), Segments.Of(new byte[] { 1 })));
        Assert.ThrowsAny<IOException>(() => DurableFiles.TryCreate(Path.Combine(gone, "a"), [1]));
        Assert.Contains(gone, Assert.Throws<IOException>(() => DurableFiles.FlushFolder(gone)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_without_room_leaves_nothing_half_written()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/dev/full"), "there is no /dev/full here");
        var path = PathOf("a");
        File.CreateSymbolicLink(path + DurableFiles.TemporarySuffix, "/dev/full");
        Assert.ThrowsAny<IOException>(() => DurableFiles.Write(path, Segments.Of(new byte[] { 1 })));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    public void Dispose() => folder.Dispose();

    private string PathOf(string name) => Path.Combine(folder.Path, name);

    // Memory that is gone when it is looked at.
    private sealed class BrokenMemory : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => throw new InvalidOperationException("gone");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new InvalidOperationException("gone");

        public override void Unpin()
        {
        }

        public override Memory<byte> Memory => CreateMemory(1);

        protected override void Dispose(bool disposing)
        {
        }
    }
}
