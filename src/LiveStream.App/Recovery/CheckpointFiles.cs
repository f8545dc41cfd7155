using System.Buffers;

namespace LiveStream.App.Recovery;

/// <summary>
/// The checkpoints of a folder: one file each, whole from the moment it has its name. The last two of a group are kept, and what crashed
/// writers left is removed. Safe from any thread and beside other instances, whose groups are others or whose epochs are smaller.
/// </summary>
internal sealed class CheckpointFiles(string folder)
{
    private const int Kept = 2;
    private const int PieceBytes = 1 << 20;
    private const string Prefix = "group-";
    private const string Suffix = ".checkpoint";
    private const string Damaged = ".damaged";

    /// <summary>The checkpoints of a group, the newest first.</summary>
    public List<CheckpointName> List(int group)
    {
        var names = new List<CheckpointName>();
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"{Prefix}{group}-*{Suffix}") : [])
        {
            var file = Path.GetFileName(path);
            if (CheckpointName.TryParse(file[Prefix.Length..^Suffix.Length], out var name))
            {
                names.Add(name);
            }
        }

        names.Sort((left, right) => right.CompareTo(left));
        return names;
    }

    /// <summary>The bytes of a checkpoint.</summary>
    public ReadOnlySequence<byte> Read(CheckpointName name)
    {
        using var file = File.OpenHandle(PathOf(name), options: FileOptions.SequentialScan);
        var pieces = new List<ReadOnlyMemory<byte>>();
        var length = RandomAccess.GetLength(file);
        for (long at = 0; at < length;)
        {
            var piece = new byte[(int)Math.Min(PieceBytes, length - at)];
            var filled = 0;
            while (filled < piece.Length && RandomAccess.Read(file, piece.AsSpan(filled), at + filled) is var read and > 0)
            {
                filled += read;
            }

            pieces.Add(piece.AsMemory(0, filled));
            at += filled;
            if (filled < piece.Length)
            {
                break;
            }
        }

        return Segments.Of(pieces);
    }

    /// <summary>Writes a checkpoint and removes the older ones but one.</summary>
    public void Write(CheckpointName name, ReadOnlySequence<byte> content)
    {
        DurableFiles.Write(PathOf(name), content);
        foreach (var older in List(name.Group).Where(other => other <= name).Skip(Kept))
        {
            File.Delete(PathOf(older));
        }

        RemoveLeftOvers(name);
    }

    /// <summary>Gives a damaged checkpoint another name; the one that was set aside before goes.</summary>
    public void SetAside(CheckpointName name)
    {
        foreach (var older in Directory.EnumerateFiles(folder, $"{Prefix}{name.Group}-*{Suffix}{Damaged}"))
        {
            File.Delete(older);
        }

        File.Move(PathOf(name), PathOf(name) + Damaged, overwrite: true);
    }

    // Temporary files of the group's earlier owners: they crashed, or whoever wakes up now must not get his file its name.
    private void RemoveLeftOvers(CheckpointName name)
    {
        foreach (var path in Directory.EnumerateFiles(folder, $"{Prefix}{name.Group}-*{Suffix}{DurableFiles.TemporarySuffix}"))
        {
            var file = Path.GetFileName(path);
            if (CheckpointName.TryParse(file[Prefix.Length..^(Suffix.Length + DurableFiles.TemporarySuffix.Length)], out var other) && other.Epoch < name.Epoch)
            {
                File.Delete(path);
            }
        }
    }

    private string PathOf(CheckpointName name) => Path.Combine(folder, $"{Prefix}{name}{Suffix}");
}
