using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiveStream.App.Commands;

namespace LiveStream.App.Recovery;

/// <summary>
/// The folder beside the log: the key of the pseudonyms, one epoch counter per partition group, and the checkpoints. May be shared by the
/// instances of one consumer group: keys and epochs are claimed by creating a file, which one instance alone succeeds in. A folder that
/// vanishes is made again, with the key that this instance knows.
/// </summary>
internal sealed class CheckpointFolder : ICheckpointStore
{
    private const string IdentityFile = "identity.key";
    private static readonly TimeSpan LeftOverAge = TimeSpan.FromHours(1);

    private readonly string folder;
    private readonly TimeProvider time;
    private readonly CheckpointFiles files;
    private byte[]? identity;

    private CheckpointFolder(string folder, TimeProvider time)
    {
        this.folder = folder;
        this.time = time;
        files = new CheckpointFiles(folder);
    }

    public string Description => $"the folder {folder}";

    /// <summary>Opens the folder, creating it when it is missing.</summary>
    /// <exception cref="UsageException">The folder cannot be created or written.</exception>
    public static CheckpointFolder Open(string path, TimeProvider time)
    {
        var full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            var probe = Path.Combine(full, $".probe-{Path.GetRandomFileName()}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            RemoveLeftOvers(full, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The checkpoint folder {full} cannot be written ({e.Message.TrimEnd('.')}); set LiveStream:Checkpoint:Folder to a folder that this user may write.");
        }

        return new CheckpointFolder(full, time);
    }

    public Task<IdentityKey> IdentityKeyAsync() => Task.FromResult(ReadOrCreateIdentityKey());

    public Task<RaisedEpoch> RaiseEpochAsync(int group) => OffPool(() =>
    {
        Mend();
        return RaiseEpoch(group);
    });

    public Task<IReadOnlyList<CheckpointName>> ListAsync(int group) => OffPool<IReadOnlyList<CheckpointName>>(() => files.List(group));

    public Task<ReadOnlySequence<byte>> ReadAsync(CheckpointName name) => OffPool(() => files.Read(name));

    public Task<bool> WriteAsync(CheckpointName name, ReadOnlySequence<byte> content) => OffPool(() =>
    {
        Mend();
        if (Epochs(EpochPrefix(name.Group)).Exists(epoch => epoch > name.Epoch))
        {
            return false;
        }

        files.Write(name, content);
        return true;
    });

    public Task SetAsideAsync(CheckpointName name) => OffPool(() =>
    {
        files.SetAside(name);
        return true;
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>On a thread of its own, since a disk may hold it for long and the pool serves Redis and screens.</summary>
    private static Task<T> OffPool<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return work();
            }
            catch (Exception e) when (e is UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                // The runtime's words for "not permitted" and "the file would grow too large", a quota for instance.
                throw new IOException(e.Message.Split(" (Parameter", 2)[0], e);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    private static void RemoveLeftOvers(string folder, TimeProvider time)
    {
        var before = time.GetUtcNow().UtcDateTime - LeftOverAge;
        foreach (var path in Directory.EnumerateFiles(folder, $"*{DurableFiles.TemporarySuffix}").Where(path => File.GetLastWriteTimeUtc(path) < before))
        {
            File.Delete(path);
        }
    }

    /// <summary>Makes a folder that has vanished again. Without the key a next start would make every viewer a new one.</summary>
    private void Mend()
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        if (Volatile.Read(ref identity) is { } key)
        {
            DurableFiles.TryCreate(Path.Combine(folder, IdentityFile), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)));
        }
    }

    private IdentityKey ReadOrCreateIdentityKey()
    {
        var path = Path.Combine(folder, IdentityFile);
        var created = !File.Exists(path)
            && DurableFiles.TryCreate(path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdentityKey.NewBytes))));
        try
        {
            var key = Convert.FromHexString(File.ReadAllText(path).Trim());
            if (key.Length < IdentityKey.NewBytes)
            {
                throw new FormatException();
            }

            Volatile.Write(ref identity, key);
            return new IdentityKey(key, created);
        }
        catch (FormatException)
        {
            throw new UsageException($"{path} does not hold a key of {IdentityKey.NewBytes} bytes in hexadecimal; restore it, or delete it to start with new pseudonyms.");
        }
    }

    private RaisedEpoch RaiseEpoch(int group)
    {
        var prefix = EpochPrefix(group);
        while (true)
        {
            List<long> known = [0, .. Epochs(prefix), .. files.List(group).Select(name => name.Epoch)];
            var before = known.Max();
            var epoch = Math.Max(before + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
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
                return new RaisedEpoch(epoch, before);
            }
        }
    }

    private List<long> Epochs(string prefix) => [.. Directory.EnumerateFiles(folder, prefix + "*")
        .Select(path => long.TryParse(Path.GetFileName(path.AsSpan())[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Where(number => number > 0)];

    private static string EpochPrefix(int group) => string.Create(CultureInfo.InvariantCulture, $"epoch-{group}-");

    private string PathOf(string prefix, long epoch) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{prefix}{epoch}"));
}
