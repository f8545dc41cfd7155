using System.Globalization;
using System.Security.Cryptography;
using LiveStream.App.Commands;

namespace LiveStream.App.Recovery;

/// <summary>
/// The folder beside the log: the key of the pseudonyms, and one epoch counter per partition group. May be shared by the instances
/// of one consumer group: everything in it is claimed by creating a file, which one instance alone succeeds in.
/// </summary>
internal sealed class CheckpointFolder : ICheckpointStore
{
    private const string IdentityFile = "identity.key";

    private readonly string folder;

    private CheckpointFolder(string folder) => this.folder = folder;

    public string Description => $"the folder {folder}";

    /// <summary>Opens the folder, creating it when it is missing.</summary>
    /// <exception cref="UsageException">The folder cannot be created or written.</exception>
    public static CheckpointFolder Open(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            var probe = Path.Combine(full, $".probe-{Path.GetRandomFileName()}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The checkpoint folder {full} cannot be written ({e.Message.TrimEnd('.')}); set LiveStream:Checkpoint:Folder to a folder that this user may write.");
        }

        return new CheckpointFolder(full);
    }

    public Task<IdentityKey> IdentityKeyAsync() => Task.FromResult(ReadOrCreateIdentityKey());

    public Task<long> RaiseEpochAsync(int group) => Task.FromResult(RaiseEpoch(group));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IdentityKey ReadOrCreateIdentityKey()
    {
        var path = Path.Combine(folder, IdentityFile);
        var created = !File.Exists(path)
            && DurableFiles.TryCreate(path, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityKey.NewBytes))));
        try
        {
            var key = Convert.FromHexString(File.ReadAllText(path).Trim());
            return key.Length >= IdentityKey.NewBytes ? new IdentityKey(key, created) : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new UsageException($"{path} does not hold a key of {IdentityKey.NewBytes} bytes in hexadecimal; restore it, or delete it to start with new pseudonyms.");
        }
    }

    private long RaiseEpoch(int group)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"epoch-{group}-");
        while (true)
        {
            var epoch = Epochs(prefix).DefaultIfEmpty(0).Max() + 1;
            if (!DurableFiles.TryCreate(PathOf(prefix, epoch), []))
            {
                continue;
            }

            // Somebody may have claimed this number, a larger one, and deleted the smaller, since the folder was read.
            var all = Epochs(prefix);
            foreach (var smaller in all.Where(number => number < epoch))
            {
                File.Delete(PathOf(prefix, smaller));
            }

            if (all.Max() == epoch)
            {
                return epoch;
            }
        }
    }

    private List<long> Epochs(string prefix) => [.. Directory.EnumerateFiles(folder, prefix + "*")
        .Select(path => long.TryParse(Path.GetFileName(path.AsSpan())[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)];

    private string PathOf(string prefix, long epoch) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{prefix}{epoch}"));
}
