namespace LiveStream.App.Simulate;

/// <summary>Writes a workload to one file, or to several with the rooms split by key, as fast as it goes. Called by the composition.</summary>
public static class FileWriter
{
    private const int ProgressEvery = 1 << 16;

    /// <summary>Runs the source to its end or to the cancellation; what was written stays readable either way.</summary>
    /// <param name="source">The workload, ending.</param>
    /// <param name="options">Rooms and partitions.</param>
    /// <param name="path">File, <c>-</c> for stdout; <c>name.jsonl</c> becomes <c>name.0.jsonl</c> and so on when there are several.</param>
    /// <param name="truth">Told of every line in the order of its file, or null.</param>
    /// <param name="progress">Told now and then, and at the end, on the calling thread; or null.</param>
    /// <param name="cancellation">Stops between two lines.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static SimulationProgress Write(
        IEventSource source, SimulationOptions options, string path, TruthLedger? truth, Action<SimulationProgress>? progress, CancellationToken cancellation)
    {
        var partitions = RoomPartitions.Of(options.Rooms, options.Partitions);
        var files = new List<EventFile>(options.Partitions);
        var at = default(SimulationProgress);
        try
        {
            for (var i = 0; i < options.Partitions; i++)
            {
                files.Add(new EventFile(options.Partitions == 1 ? path : PathOf(path, i)));
            }

            var e = default(SimulatedEvent);
            while (source.TryNext(long.MaxValue, ref e))
            {
                var partition = partitions[e.Room];
                truth?.Add(in e, partition);
                at = new(at.Lines + 1, at.Bytes + files[partition].Write(in e), e.SendMs);
                if (at.Lines % ProgressEvery == 0)
                {
                    progress?.Invoke(at);
                    if (cancellation.IsCancellationRequested)
                    {
                        break;
                    }
                }
            }
        }
        finally
        {
            foreach (var file in files)
            {
                file.Dispose();
            }
        }

        progress?.Invoke(at);
        return at;
    }

    /// <summary>The name of one of several files.</summary>
    public static string PathOf(string path, int partition)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        var name = Path.GetFileName(path);
        var tail = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[^3..] : "";
        name = name[..^tail.Length];
        var extension = Path.GetExtension(name);
        return Path.Combine(folder, $"{name[..^extension.Length]}.{partition}{extension}{tail}");
    }
}
