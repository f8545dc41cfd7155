using System.Globalization;
using System.Security.Cryptography;
using LiveStream.App.Commands;

namespace LiveStream.App.Recovery;

/// <summary>
/// The folder beside the log: the key of the pseudonyms, and one epoch counter per partition group. May be shared by the instances
/// of one consumer group: everything in it is claimed by creating a file, which one instance alone succeeds in.
/// </summary>
internal sealed class CheckpointFolder
{
    private const string IdentityFile = "identity.key";
    private const int IdentityBytes = 32;

    private readonly string folder;

    private CheckpointFolder(string folder) => this.folder = folder;

    /// <summary>Full path.</summary>
    public string FullPath => folder;

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

    /// <summary>The key of the pseudonyms: the one that is there, or a new random one.</summary>
    /// <param name="created">Whether this call created it.</param>
    public byte[] IdentityKey(out bool created)
    {
        var path = Path.Combine(folder, IdentityFile);
        created = !File.Exists(path)
            && DurableFiles.TryCreate(path, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityBytes))));
        try
        {
            var key = Convert.FromHexString(File.ReadAllText(path).Trim());
            return key.Length >= IdentityBytes ? key : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new UsageException($"{path} does not hold a key of {IdentityBytes} bytes in hexadecimal; restore it, or delete it to start with new pseudonyms.");
        }
    }

    /// <summary>
    /// Raises the epoch of a partition group: greater than every epoch ever given for it from this folder, durable before it is
    /// returned, and given once, also when several instances ask at a time.
    /// </summary>
    public long RaiseEpoch(int group)
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
