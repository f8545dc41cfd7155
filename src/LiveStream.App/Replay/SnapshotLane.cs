namespace LiveStream.App.Replay;

/// <summary>One lane's part of a <see cref="SnapshotLog"/>: the run it fills and the file it spills to. One thread at a time.</summary>
internal sealed class SnapshotLane(SnapshotLog log, string spillPath, int runBytes) : IDisposable
{
    private SnapshotRun open = new(runBytes);

    /// <summary>Runs that went to disk.</summary>
    public List<SpilledRun> Spilled { get; } = [];

    /// <summary>The spill file, or null while memory sufficed.</summary>
    public FileStream? File { get; private set; }

    /// <summary>Adds a snapshot; the bytes are copied.</summary>
    /// <exception cref="IOException">The spill file could not be written.</exception>
    public void Add(in SnapshotKey key, ReadOnlySpan<byte> json)
    {
        if (open.TryAdd(key, json))
        {
            return;
        }

        open.Sort();
        if (log.TryKeep(open))
        {
            open = new SnapshotRun(runBytes);
        }
        else
        {
            Spill();
        }

        open.TryAdd(key, json);
    }

    /// <summary>The run that was being filled, sorted. Nothing may be added afterwards.</summary>
    public SnapshotRun SortOpenRun()
    {
        File?.Flush();
        open.Sort();
        return open;
    }

    public void Dispose() => File?.Dispose();

    private void Spill()
    {
        File ??= new FileStream(spillPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        var offset = File.Position;
        open.Spill(File);
        Spilled.Add(new SpilledRun(offset, File.Position - offset));
        open.Clear();
    }
}
