using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

/// <summary>The checkpoints of a folder store.</summary>
public sealed class CheckpointFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_last_two_are_kept_the_newest_first()
    {
        var store = Open();
        for (var sequence = 1; sequence <= 11; sequence++)
        {
            Assert.True(await WriteAsync(store, new CheckpointName(3, 7, sequence)));
            Assert.True(await WriteAsync(store, new CheckpointName(33, 7, sequence)));
        }

        Assert.Equal(["3-7-11", "3-7-10"], await ListAsync(store, 3));
        Assert.Equal(["33-7-11", "33-7-10"], await ListAsync(store, 33));
        Assert.Equal(4, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task A_later_owner_counts_more_than_a_later_number()
    {
        var store = Open();
        await WriteAsync(store, new CheckpointName(3, 9, 1));
        await WriteAsync(store, new CheckpointName(3, 10, 1));
        await WriteAsync(store, new CheckpointName(3, 9, 100));
        Assert.Equal(["3-10-1", "3-9-100"], (await ListAsync(store, 3))[..2]);
    }

    [Fact]
    public async Task What_was_written_is_read_whatever_its_length()
    {
        var store = Open();
        foreach (var length in (int[])[0, 1, 4095, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000])
        {
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            var name = new CheckpointName(3, 7, length);
            await store.WriteAsync(name, Segments.Of(bytes.Chunk(70_000).Select(piece => (ReadOnlyMemory<byte>)piece)));
            Assert.Equal(bytes, (await store.ReadAsync(name)).ToArray());
        }
    }

    [Fact]
    public async Task An_owner_that_was_overtaken_writes_nothing()
    {
        var store = Open();
        var old = (await store.RaiseEpochAsync(3)).Epoch;
        Assert.True(await WriteAsync(store, new CheckpointName(3, old, 1)));
        var current = (await Open().RaiseEpochAsync(3)).Epoch;
        Assert.False(await WriteAsync(store, new CheckpointName(3, old, 2)));
        Assert.Equal([$"3-{old}-1"], await ListAsync(store, 3));
        Assert.True(await WriteAsync(store, new CheckpointName(3, current, 1)));
    }

    [Fact]
    public async Task A_damaged_one_that_is_set_aside_does_not_count()
    {
        var store = Open();
        await WriteAsync(store, new CheckpointName(3, 7, 1));
        await WriteAsync(store, new CheckpointName(3, 7, 2));
        await store.SetAsideAsync(new CheckpointName(3, 7, 2));
        await WriteAsync(store, new CheckpointName(3, 7, 3));
        Assert.Equal(["3-7-3", "3-7-1"], await ListAsync(store, 3));
        await store.SetAsideAsync(new CheckpointName(3, 7, 3));
        Assert.Equal(["group-3-7-1.checkpoint", "group-3-7-3.checkpoint.damaged"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_crashed_writers_left_is_removed()
    {
        var store = Open();
        folder.Write("group-3-6-9.checkpoint.tmp", "half of it");
        folder.Write("group-4-6-9.checkpoint.tmp", "another group's, perhaps being written");
        File.SetLastWriteTimeUtc(folder.Write(".abc.tmp", ""), DateTime.UtcNow.AddDays(-1));
        await WriteAsync(store, new CheckpointName(3, 7, 1));
        Open();
        Assert.Equal(["group-3-7-1.checkpoint", "group-4-6-9.checkpoint.tmp"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_vanished_is_made_again()
    {
        var store = Open();
        await store.IdentityKeyAsync();
        await WriteAsync(store, new CheckpointName(3, 7, 1));
        Directory.Delete(folder.Path, recursive: true);
        Assert.Empty(await ListAsync(store, 3));
        Assert.True(await WriteAsync(store, new CheckpointName(3, 7, 2)));
        Assert.Equal(["group-3-7-2.checkpoint", "identity.key"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_that_cannot_be_written_leaves_the_last_ones_and_nothing_else()
    {
        var store = Open();
        await WriteAsync(store, new CheckpointName(3, 7, 1));
        await WriteAsync(store, new CheckpointName(3, 7, 2));

        // A folder of that name is in the way, whoever runs this.
        Directory.CreateDirectory(Path.Combine(folder.Path, "group-3-7-3.checkpoint", "full"));
        await Assert.ThrowsAnyAsync<IOException>(() => WriteAsync(store, new CheckpointName(3, 7, 3)));
        Assert.Equal(["3-7-2", "3-7-1"], await ListAsync(store, 3));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task Instances_that_write_at_once_do_not_meet()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 80).Select(i => WriteAsync(stores[i % 4], new CheckpointName(i % 8, 7, i))));
        for (var group = 0; group < 8; group++)
        {
            Assert.Equal([$"{group}-7-{72 + group}", $"{group}-7-{64 + group}"], (await ListAsync(stores[0], group))[..2]);
        }
    }

    private CheckpointFolder Open() => CheckpointFolder.Open(folder.Path, TimeProvider.System);

    private static Task<bool> WriteAsync(CheckpointFolder store, CheckpointName name) => store.WriteAsync(name, Segments.Of(new byte[100]));

    private static async Task<string[]> ListAsync(CheckpointFolder store, int group) => [.. (await store.ListAsync(group)).Select(name => name.ToString())];
}
