namespace LiveStream.Bench.Load.Measuring;

/// <summary>One line of the table.</summary>
public sealed record Measured
{
    /// <summary>Name of the row.</summary>
    public required string Row { get; init; }

    /// <summary>What it does.</summary>
    public required string Does { get; init; }

    /// <summary>Lanes, 0 where there are none.</summary>
    public int Lanes { get; init; }

    /// <summary>Events that went through.</summary>
    public required long Events { get; init; }

    /// <summary>What it took.</summary>
    public required Taken Taken { get; init; }

    /// <summary>Managed memory that was kept at the end, input excluded, bytes; null where it means nothing.</summary>
    public long? KeptBytes { get; init; }

    /// <summary>Bytes that lane threads allocated in the second half of event time; null where there are no lanes.</summary>
    public long? SecondHalfBytes { get; init; }

    /// <summary>Resident memory of the process at the end, the workload in all its forms included, bytes.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>Null when the answer was the known one, else what differs.</summary>
    public string? Wrong { get; init; }

    /// <summary>Millions of events per second of wall time.</summary>
    public double MillionPerSecond => Events / Taken.Wall.TotalSeconds / 1e6;

    /// <summary>Millions of events per second of CPU time: what one core does, whatever else the machine is busy with.</summary>
    public double MillionPerCoreSecond => Events / Taken.Cpu.TotalSeconds / 1e6;

    /// <summary>CPU nanoseconds per event.</summary>
    public double CpuNsPerEvent => Taken.Cpu.TotalNanoseconds / Events;

    /// <summary>Allocated bytes per event.</summary>
    public double AllocatedPerEvent => Taken.AllocatedBytes / (double)Events;
}
