using LiveStream.App.Commands;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_identity_key_is_created_once_and_then_kept()
    {
        var first = CheckpointFolder.Open(folder.Path).IdentityKey(out var created);
        var second = CheckpointFolder.Open(folder.Path).IdentityKey(out var createdAgain);
        Assert.True(created);
        Assert.False(createdAgain);
        Assert.Equal(32, first.Length);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Instances_that_start_together_agree_on_one_key()
    {
        var keys = new string[8];
        var creators = 0;
        Parallel.For(0, keys.Length, i =>
        {
            keys[i] = Convert.ToHexString(CheckpointFolder.Open(folder.Path).IdentityKey(out var created));
            Interlocked.Add(ref creators, created ? 1 : 0);
        });
        Assert.Single(keys.Distinct());
        Assert.Equal(1, creators);
    }

    [Fact]
    public void The_key_file_is_for_its_owner_only()
    {
        CheckpointFolder.Open(folder.Path).IdentityKey(out _);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "identity.key")));
        }
    }

    [Fact]
    public void A_damaged_key_is_said_and_not_replaced()
    {
        File.WriteAllText(Path.Combine(folder.Path, "identity.key"), "short");
        var mistake = Assert.Throws<UsageException>(() => CheckpointFolder.Open(folder.Path).IdentityKey(out _));
        Assert.Contains("identity.key", mistake.Message, StringComparison.Ordinal);
        Assert.Equal("short", File.ReadAllText(Path.Combine(folder.Path, "identity.key")));
    }

    [Fact]
    public void Epochs_rise_per_group_and_survive_a_restart()
    {
        Assert.Equal([1, 2], [CheckpointFolder.Open(folder.Path).RaiseEpoch(0), CheckpointFolder.Open(folder.Path).RaiseEpoch(0)]);
        Assert.Equal(1, CheckpointFolder.Open(folder.Path).RaiseEpoch(12));
        Assert.Equal(3, CheckpointFolder.Open(folder.Path).RaiseEpoch(0));
    }

    [Fact]
    public void An_epoch_is_given_once()
    {
        var store = CheckpointFolder.Open(folder.Path);
        var epochs = new long[64];
        Parallel.For(0, epochs.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => epochs[i] = store.RaiseEpoch(3));
        Assert.Equal(epochs.Length, epochs.Distinct().Count());
        Assert.True(store.RaiseEpoch(3) > epochs.Max());
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_wrong_configuration()
    {
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        var mistake = Assert.Throws<UsageException>(() => CheckpointFolder.Open(Path.Combine(file, "checkpoints")));
        Assert.Contains("Checkpoint:Folder", mistake.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
