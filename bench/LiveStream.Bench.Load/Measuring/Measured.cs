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

    /// <summary>Snapshots of a room and a second that it filled; null where they are not counted.</summary>
    public long? Snapshots { get; init; }

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

    /// <summary>Why it was not run, or null.</summary>
    public string? Skipped { get; init; }

    /// <summary>What else was seen in the run that is shown, such as how much of the answer is approximate; or null.</summary>
    public string? Note { get; init; }

    /// <summary>Of a row that works at the pace of the clock: share of the work that was done in its time, else null.</summary>
    public double? Pace { get; init; }

    /// <summary>Of a row that kept the pace of the clock: share of one core that it took, else null.</summary>
    public double? CoreShare { get; init; }

    /// <summary>Millions of events per second of wall time.</summary>
    public double MillionPerSecond => Per(Events / 1e6, Taken.Wall.TotalSeconds);

    /// <summary>Millions of events per second of CPU time: what one core does, whatever else the machine is busy with.</summary>
    public double MillionPerCoreSecond => Per(Events / 1e6, Taken.Cpu.TotalSeconds);

    /// <summary>CPU nanoseconds per event.</summary>
    public double CpuNsPerEvent => Per(Taken.Cpu.TotalNanoseconds, Events);

    /// <summary>Allocated bytes per event.</summary>
    public double AllocatedPerEvent => Per(Taken.AllocatedBytes, Events);

    /// <summary>A row that was not run, and why.</summary>
    public static Measured NotRun(string row, string does, string why) => new() { Row = row, Does = does, Events = 0, Taken = default, Skipped = why };

    private static double Per(double amount, double of) => of == 0 ? 0 : amount / of;
}
