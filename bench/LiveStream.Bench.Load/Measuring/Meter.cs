using System.Diagnostics;

namespace LiveStream.Bench.Load.Measuring;

/// <summary>
/// A stretch of work: wall time, CPU time of all threads of the process, and bytes allocated by all of them. Nothing else may run in
/// the process meanwhile.
/// </summary>
public readonly struct Meter
{
    private readonly long _startedAt;
    private readonly TimeSpan _cpuBefore;
    private readonly long _allocatedBefore;

    private Meter(long allocatedBefore)
    {
        _allocatedBefore = allocatedBefore;
        _cpuBefore = Environment.CpuUsage.TotalTime;
        _startedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>Begins, after a full collection.</summary>
    public static Meter Start()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new Meter(GC.GetTotalAllocatedBytes(precise: true));
    }

    /// <summary>Begins where something is already going on: collects nothing.</summary>
    public static Meter Now() => new(GC.GetTotalAllocatedBytes(precise: true));

    /// <summary>What it took so far.</summary>
    public Taken Stop()
    {
        var wall = Stopwatch.GetElapsedTime(_startedAt);
        var cpu = Environment.CpuUsage.TotalTime - _cpuBefore;
        return new Taken(wall, cpu, GC.GetTotalAllocatedBytes(precise: true) - _allocatedBefore);
    }
}

/// <summary>What a stretch of work took.</summary>
/// <param name="Wall">Wall time.</param>
/// <param name="Cpu">CPU time of all threads.</param>
/// <param name="AllocatedBytes">Bytes allocated by all threads.</param>
public readonly record struct Taken(TimeSpan Wall, TimeSpan Cpu, long AllocatedBytes)
{
    /// <summary>Two stretches together.</summary>
    public static Taken operator +(Taken left, Taken right) => new(left.Wall + right.Wall, left.Cpu + right.Cpu, left.AllocatedBytes + right.AllocatedBytes);

    /// <summary>What one stretch took more than another.</summary>
    public static Taken operator -(Taken left, Taken right) => new(left.Wall - right.Wall, left.Cpu - right.Cpu, left.AllocatedBytes - right.AllocatedBytes);
}
