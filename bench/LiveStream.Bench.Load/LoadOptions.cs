namespace LiveStream.Bench.Load;

/// <summary>What is measured, and on how much of W1.</summary>
public sealed record LoadOptions
{
    /// <summary>Events, 1,000..20,000,000: they are held in memory as lines, as decoded events and as batches.</summary>
    public int Events { get; init; } = 6_000_000;

    /// <summary>Rooms, 1..100,000.</summary>
    public int Rooms { get; init; } = 1000;

    /// <summary>Distinct viewers to draw from.</summary>
    public int Viewers { get; init; } = 1_000_000;

    /// <summary>Events per second of event time.</summary>
    public double Rate { get; init; } = 100_000;

    /// <summary>Names of rows, or empty for all.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>Numbers of lanes that the engine's rows are run with.</summary>
    public IReadOnlyList<int> Lanes { get; init; } = [1, 2];

    /// <summary>How often each row is run; the run that used the least CPU time is shown, the first one also warms up.</summary>
    public int Repeat { get; init; } = 3;
}
