using LiveStream.App.Commands;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_identity_key_is_created_once_and_then_kept()
    {
        var first = await CheckpointFolder.Open(folder.Path).IdentityKeyAsync();
        var second = await CheckpointFolder.Open(folder.Path).IdentityKeyAsync();
        Assert.True(first.Created);
        Assert.False(second.Created);
        Assert.Equal(32, first.Bytes.Length);
        Assert.Equal(first.Bytes, second.Bytes);
    }

    [Fact]
    public async Task Instances_that_start_together_agree_on_one_key()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => CheckpointFolder.Open(folder.Path).IdentityKeyAsync())));
        Assert.Single(keys.Select(key => Convert.ToHexString(key.Bytes)).Distinct());
        Assert.Single(keys, key => key.Created);
    }

    [Fact]
    public async Task The_key_file_is_for_its_owner_only()
    {
        await CheckpointFolder.Open(folder.Path).IdentityKeyAsync();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "identity.key")));
        }
    }

    [Fact]
    public async Task A_damaged_key_is_said_and_not_replaced()
    {
        File.WriteAllText(Path.Combine(folder.Path, "identity.key"), "short");
        var mistake = await Assert.ThrowsAsync<UsageException>(() => CheckpointFolder.Open(folder.Path).IdentityKeyAsync());
        Assert.Contains("identity.key", mistake.Message, StringComparison.Ordinal);
        Assert.Equal("short", File.ReadAllText(Path.Combine(folder.Path, "identity.key")));
    }

    [Fact]
    public async Task Epochs_rise_per_group_and_survive_a_restart()
    {
        Assert.Equal(1, await CheckpointFolder.Open(folder.Path).RaiseEpochAsync(0));
        Assert.Equal(2, await CheckpointFolder.Open(folder.Path).RaiseEpochAsync(0));
        Assert.Equal(1, await CheckpointFolder.Open(folder.Path).RaiseEpochAsync(12));
        Assert.Equal(3, await CheckpointFolder.Open(folder.Path).RaiseEpochAsync(0));
    }

    [Fact]
    public async Task An_epoch_is_given_once()
    {
        var store = CheckpointFolder.Open(folder.Path);
        var epochs = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => store.RaiseEpochAsync(3))));
        Assert.Equal(epochs.Length, epochs.Distinct().Count());
        Assert.True(await store.RaiseEpochAsync(3) > epochs.Max());
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
