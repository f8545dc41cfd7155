using System.Collections.Concurrent;

namespace LiveStream.App.Replay;

/// <summary>
/// Puts the snapshots of a replay in order: lanes add theirs in any order, runs are sorted as they fill, kept in memory up to a
/// limit and then spilled to one temporary file per lane, and merged at the end (an external merge sort). Memory is the limit
/// plus one run per lane. Owned by <see cref="ReplayRun"/>.
/// </summary>
internal sealed class SnapshotLog : IDisposable
{
    /// <summary>Memory for sorted runs.</summary>
    public const long DefaultMemoryBytes = 256L << 20;

    private const int LargestRunBytes = 32 << 20;
    private const int SmallestRunBytes = 1 << 20;

    private readonly long memoryBytes;
    private readonly Func<int, string> spillPath;
    private readonly int runBytes;
    private readonly ConcurrentBag<SnapshotRun> sorted = [];
    private readonly ConcurrentBag<SnapshotLane> lanes = [];
    private long sortedBytes;

    /// <summary>Creates a log that nothing has been added to.</summary>
    /// <param name="laneCount">How many lanes will add.</param>
    /// <param name="spillPath">Path of a lane's temporary file, created when memory runs out and deleted at the end.</param>
    /// <param name="memoryBytes">Memory for sorted runs.</param>
    public SnapshotLog(int laneCount, Func<int, string> spillPath, long memoryBytes = DefaultMemoryBytes)
        : this(spillPath, memoryBytes, (int)Math.Clamp(memoryBytes / (2 * laneCount), SmallestRunBytes, LargestRunBytes))
    {
    }

    internal SnapshotLog(Func<int, string> spillPath, long memoryBytes, int runBytes)
    {
        this.spillPath = spillPath;
        this.memoryBytes = memoryBytes;
        this.runBytes = runBytes;
    }

    /// <summary>Runs that went to disk.</summary>
    public int SpilledRuns => lanes.Sum(lane => lane.Spilled.Count);

    /// <summary>The part of the log that one lane writes, from its own thread.</summary>
    public SnapshotLane OpenLane(int lane)
    {
        var opened = new SnapshotLane(this, spillPath(lane), runBytes);
        lanes.Add(opened);
        return opened;
    }

    /// <summary>Writes everything in order, one snapshot a line. Called once, after the lanes have ended.</summary>
    /// <returns>Lines written.</returns>
    public long WriteTo(Stream output)
    {
        var cursors = new PriorityQueue<RunCursor, RunCursor>(Comparer<RunCursor>.Create((left, right) => left.Key.CompareTo(right.Key)));
        foreach (var cursor in Cursors().Where(cursor => cursor.MoveNext()))
        {
            cursors.Enqueue(cursor, cursor);
        }

        var lines = 0L;
        while (cursors.TryDequeue(out var cursor, out _))
        {
            output.Write(cursor.Json);
            output.WriteByte((byte)'\n');
            lines++;
            if (cursor.MoveNext())
            {
                cursors.Enqueue(cursor, cursor);
            }
        }

        return lines;
    }

    public void Dispose()
    {
        foreach (var lane in lanes)
        {
            lane.Dispose();
        }
    }

    /// <summary>Keeps a sorted run if memory allows.</summary>
    internal bool TryKeep(SnapshotRun run)
    {
        if (Interlocked.Add(ref sortedBytes, run.CapacityBytes) > memoryBytes)
        {
            Interlocked.Add(ref sortedBytes, -run.CapacityBytes);
            return false;
        }

        sorted.Add(run);
        return true;
    }

    private IEnumerable<RunCursor> Cursors()
    {
        foreach (var run in sorted)
        {
            yield return new RunCursor(run);
        }

        foreach (var lane in lanes)
        {
            yield return new RunCursor(lane.SortOpenRun());
            foreach (var spilled in lane.Spilled)
            {
                yield return new RunCursor(lane.File!.SafeFileHandle, spilled);
            }
        }
    }
}
