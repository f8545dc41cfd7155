using LiveStream.App.Simulate;

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

    /// <summary>Rooms of the row that publishes.</summary>
    public int PublishRooms { get; init; } = 10_000;

    /// <summary>How long that row is measured, seconds.</summary>
    public int PublishSeconds { get; init; } = 10;

    /// <summary>The embedded Kafka and Redis of the demo instead of real ones: rows run everywhere, and their figures mean nothing.</summary>
    public bool Embedded { get; init; }

    /// <summary>Whether a row is to be run.</summary>
    public bool Names(string row) => Rows.Count == 0 || Rows.Contains(row, StringComparer.OrdinalIgnoreCase);

    /// <summary>W1 as the generator takes it.</summary>
    internal SimulationOptions Simulation => SimulationOptions.For(App.Simulate.Workload.W1) with { Events = Events, Rooms = Rooms, Viewers = Viewers, Rate = Rate };
}
