using System.Globalization;

namespace LiveStream.App.Simulate;

/// <summary>Which traffic is made.</summary>
public enum Workload
{
    /// <summary>A plausible evening of one or a few rooms, with known effects.</summary>
    Show,

    /// <summary>The workload of the benchmarks: 1,000 rooms, zipf traffic, no story.</summary>
    W1,
}

/// <summary>
/// What <c>livestream simulate</c> makes. The command line starts from <see cref="For"/> and overwrites what the user gave;
/// the same values give the same events, byte for byte. Shares are 0..1, of the events of the workload.
/// </summary>
public sealed record SimulationOptions
{
    /// <summary>Event time of the first event of a file, fixed so that a seed gives the same bytes on any day.</summary>
    public static readonly long FixedStartMs = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>Most rooms that ids have room for.</summary>
    public const int MaxRooms = 100_000;

    /// <summary>The traffic.</summary>
    public Workload Workload { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Rooms, 1..100,000; their traffic follows a zipf law of exponent 1.1.</summary>
    public int Rooms { get; init; } = 1;

    /// <summary>W1: distinct viewers, each at home in one room. Show: people who arrive over <see cref="Minutes"/>; null follows from the rate.</summary>
    public int? Viewers { get; init; }

    /// <summary>Events of the workload after which it stops, before duplicates and garbage; null = no limit.</summary>
    public long? Events { get; init; }

    /// <summary>Minutes of event time after which a show closes (<c>end</c>, then what follows it) and W1 stops; null = no limit.</summary>
    public double? Minutes { get; init; }

    /// <summary>Events a second of event time. Show: an average that decides how many people come; null = six arrivals a second in the largest room.</summary>
    public double? Rate { get; init; }

    /// <summary>Share of events that are sent up to 1.5 s (at most three quarters of the lateness) after they happened.</summary>
    public double Disorder { get; init; }

    /// <summary>Share of events sent so late that they lie beyond <see cref="LatenessMs"/>; a show keeps its room events on time.</summary>
    public double Late { get; init; }

    /// <summary>Share of trade events that are sent again, a fifth of them with other contents.</summary>
    public double Duplicates { get; init; }

    /// <summary>Share of events followed by a line that must be rejected.</summary>
    public double Garbage { get; init; }

    /// <summary>Events of one room and topic that share a Kafka record, 1..1,000.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Files to write, or partitions of topics that have to be created, 1..1,024.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Event time of the first event, ms since the Unix epoch; null = <see cref="FixedStartMs"/> for files, now for Kafka.</summary>
    public long? StartMs { get; init; }

    /// <summary>The engine's allowed lateness, which decides what is late.</summary>
    public int LatenessMs { get; init; } = 2000;

    /// <summary>Show: the first room explains its best product from this moment on, after 40 quiet seconds; null = only the usual cycle.</summary>
    public long? ExplainAtMs { get; init; }

    /// <summary>Resolved start of event time.</summary>
    public long FirstMs => StartMs ?? FixedStartMs;

    /// <summary>Largest delay of an event that is out of order and yet not late, in ms.</summary>
    public int DisorderMs => Math.Min(1500, LatenessMs * 3 / 4);

    /// <summary>The defaults of a workload.</summary>
    public static SimulationOptions For(Workload workload) => workload == Workload.W1
        ? new() { Workload = workload, Rooms = 1000, Viewers = 1_000_000, Rate = 100_000, Disorder = 0.05, Late = 0.001 }
        : new() { Workload = workload, Disorder = 0.02 };

    /// <summary>The same with an end: 6,000,000 events of W1 or 60 minutes of a show when the user gave neither. For files.</summary>
    public SimulationOptions Bounded() => Events is not null || Minutes is not null
        ? this
        : Workload == Workload.W1 ? this with { Events = 6_000_000 } : this with { Minutes = 60 };

    /// <summary>One sentence on the first value out of range, or null.</summary>
    public string? Problem()
    {
        if (Rooms is < 1 or > MaxRooms)
        {
            return Range("--rooms", "1..100000");
        }

        if (Viewers is < 1 or > 500_000_000)
        {
            return Range("--viewers", "1..500000000");
        }

        if (Events is < 1)
        {
            return Range("--events", "at least 1");
        }

        if (Minutes is { } minutes && !(minutes is > 0 and <= 1440))
        {
            return Range("--minutes", "above 0 and at most 1440");
        }

        if (Events is not null && Minutes is not null)
        {
            return "--events and --minutes exclude each other; give one of them.";
        }

        if (Rate is { } rate && !(rate is > 0 and <= 100_000_000))
        {
            return Range("--rate", "above 0 and at most 100000000 events a second");
        }

        return ProblemOfShares() ?? (Batch is < 1 or > 1000 ? Range("--batch", "1..1000")
            : Partitions is < 1 or > 1024 ? Range("--partitions", "1..1024") : null);
    }

    private string? ProblemOfShares()
    {
        ReadOnlySpan<(string Name, double Share)> shares =
            [("--disorder", Disorder), ("--late", Late), ("--duplicates", Duplicates), ("--garbage", Garbage)];
        foreach (var (name, share) in shares)
        {
            if (share is not (>= 0 and <= 1))
            {
                return Range(name, "a share of 0..1");
            }
        }

        return Disorder + Late > 1 ? "--disorder and --late together are more than 1; lower one of them." : null;
    }

    private static string Range(string option, string limits) => string.Create(CultureInfo.InvariantCulture, $"{option} must be {limits}.");
}
