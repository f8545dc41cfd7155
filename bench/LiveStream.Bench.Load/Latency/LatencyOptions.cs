namespace LiveStream.Bench.Load.Latency;

/// <summary>How latency is measured under one load.</summary>
public sealed record LatencyOptions
{
    /// <summary>Events a second of W1, sent in real time.</summary>
    public double Rate { get; init; } = 100_000;

    /// <summary>Events of a room and topic that share a record.</summary>
    public int EventsPerRecord { get; init; } = 1;

    /// <summary>Rooms of W1.</summary>
    public int Rooms { get; init; } = 1000;

    /// <summary>Viewers of W1.</summary>
    public int Viewers { get; init; } = 1_000_000;

    /// <summary>Seconds that are measured.</summary>
    public int Seconds { get; init; } = 30;

    /// <summary>Seconds before that, under the same load.</summary>
    public int WarmSeconds { get; init; } = 45;

    /// <summary>Rooms of our own among the others, in which single events are watched.</summary>
    public int ProbeRooms { get; init; } = 16;

    /// <summary>Distance of two events of such a room, ms; each is sent at a random moment within it.</summary>
    public int ProbeEveryMs { get; init; } = 50;

    /// <summary>How long events that were not seen are waited for, seconds. What is not seen by then counts as having taken until then.</summary>
    public int PatienceSeconds { get; init; } = 10;
}
