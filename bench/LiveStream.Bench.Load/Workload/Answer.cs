namespace LiveStream.Bench.Load.Workload;

/// <summary>
/// Sums over all rooms at the end of the workload. A peer that computes less leaves the rest at -1; what it leaves out is not compared.
/// </summary>
public sealed record Answer
{
    private const long Unknown = -1;

    public long Applied { get; init; } = Unknown;

    public long Likes { get; init; } = Unknown;

    public long Payments { get; init; } = Unknown;

    public long GmvMinor { get; init; } = Unknown;

    public long PaidOrders { get; init; } = Unknown;

    public long Viewers { get; init; } = Unknown;

    public long Interacting { get; init; } = Unknown;

    /// <summary>Snapshots of a room and a second.</summary>
    public long Snapshots { get; init; } = Unknown;

    /// <summary>What differs from the known sums, or null.</summary>
    public string? Difference(Answer known)
    {
        (string Name, long Own, long Known)[] sums =
        [
            ("applied", Applied, known.Applied), ("likes", Likes, known.Likes), ("payments", Payments, known.Payments),
            ("gmv", GmvMinor, known.GmvMinor), ("paidOrders", PaidOrders, known.PaidOrders), ("viewers", Viewers, known.Viewers),
            ("interacting", Interacting, known.Interacting), ("snapshots", Snapshots, known.Snapshots),
        ];
        var wrong = sums.Where(sum => sum.Own != Unknown && sum.Own != sum.Known).Select(sum => $"{sum.Name} {sum.Own}, not {sum.Known}");
        return sums.All(sum => sum.Own == Unknown) ? "nothing was computed" : wrong.FirstOrDefault();
    }
}
