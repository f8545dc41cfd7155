using LiveStream.App.Commands;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_identity_key_is_created_once_and_then_kept()
    {
        var first = await Open().IdentityKeyAsync();
        var second = await Open().IdentityKeyAsync();
        Assert.True(first.Created);
        Assert.False(second.Created);
        Assert.Equal(32, first.Bytes.Length);
        Assert.Equal(first.Bytes, second.Bytes);
    }

    [Fact]
    public async Task Instances_that_start_together_agree_on_one_key()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Open().IdentityKeyAsync())));
        Assert.Single(keys.Select(key => Convert.ToHexString(key.Bytes)).Distinct());
        Assert.Single(keys, key => key.Created);
    }

    [Fact]
    public async Task The_key_file_is_for_its_owner_only()
    {
        await Open().IdentityKeyAsync();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "identity.key")));
        }
    }

    [Fact]
    public async Task A_damaged_key_is_said_and_not_replaced()
    {
        File.WriteAllText(Path.Combine(folder.Path, "identity.key"), "short");
        var mistake = await Assert.ThrowsAsync<UsageException>(() => Open().IdentityKeyAsync());
        Assert.Contains("identity.key", mistake.Message, StringComparison.Ordinal);
        Assert.Equal("short", File.ReadAllText(Path.Combine(folder.Path, "identity.key")));
    }

    [Fact]
    public async Task Epochs_rise_per_group_and_survive_a_restart()
    {
        var first = await Open().RaiseEpochAsync(0);
        var second = await Open().RaiseEpochAsync(0);
        Assert.Equal((0, first.Epoch), (first.Before, second.Before));
        Assert.True(second.Epoch > first.Epoch);
        Assert.Equal(0, (await Open().RaiseEpochAsync(12)).Before);
        Assert.Equal(second.Epoch, (await Open().RaiseEpochAsync(0)).Before);
    }

    [Fact]
    public async Task An_epoch_is_given_once()
    {
        var store = Open();
        var epochs = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => store.RaiseEpochAsync(3))));
        Assert.Equal(epochs.Length, epochs.Select(raised => raised.Epoch).Distinct().Count());
        Assert.True((await store.RaiseEpochAsync(3)).Epoch > epochs.Max(raised => raised.Epoch));
    }

    [Fact]
    public void A_path_that_cannot_be_a_folder_is_wrong_configuration()
    {
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        var mistake = Assert.Throws<UsageException>(() => CheckpointFolder.Open(Path.Combine(file, "checkpoints"), TimeProvider.System));
        Assert.Contains("Checkpoint:Folder", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_was_lost_does_not_begin_below_the_epochs_it_gave()
    {
        var store = Open();
        var key = await store.IdentityKeyAsync();
        var before = await store.RaiseEpochAsync(3);
        Directory.Delete(folder.Path, recursive: true);
        Assert.True((await store.RaiseEpochAsync(3)).Epoch >= before.Epoch);
        Assert.Equal(key.Bytes, (await Open().IdentityKeyAsync()).Bytes);
    }

    public void Dispose() => folder.Dispose();

    private CheckpointFolder Open() => CheckpointFolder.Open(folder.Path, TimeProvider.System);

}
