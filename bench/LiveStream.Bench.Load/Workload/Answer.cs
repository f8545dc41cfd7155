using LiveStream.App.Simulate;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

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

    /// <summary>What the generator knows.</summary>
    /// <param name="rooms">The rooms of the workload.</param>
    /// <param name="finalMs">The last T.</param>
    public static Answer Of(IEnumerable<TruthRoom> rooms, long finalMs)
    {
        var open = rooms.Where(room => room.Applied > 0).ToList();
        return new Answer
        {
            Applied = open.Sum(room => room.Applied),
            Likes = open.Sum(room => room.Events[(int)EventType.Like]),
            Payments = open.Sum(room => room.Events[(int)EventType.Payment]),
            GmvMinor = open.Sum(room => room.GmvMinor),
            PaidOrders = open.Sum(room => room.PaidOrders),
            Viewers = open.Sum(room => room.Viewers),
            Interacting = open.Sum(room => room.Interacting),
            Snapshots = open.Sum(room => (finalMs - (room.FirstMs!.Value / EngineOptions.HopMs * EngineOptions.HopMs)) / EngineOptions.HopMs),
        };
    }

    /// <summary>The sums of disjoint parts that know all of them.</summary>
    public static Answer Sum(IReadOnlyCollection<Answer> parts) => new()
    {
        Applied = parts.Sum(a => a.Applied), Likes = parts.Sum(a => a.Likes), Payments = parts.Sum(a => a.Payments),
        GmvMinor = parts.Sum(a => a.GmvMinor), PaidOrders = parts.Sum(a => a.PaidOrders), Viewers = parts.Sum(a => a.Viewers),
        Interacting = parts.Sum(a => a.Interacting), Snapshots = parts.Sum(a => a.Snapshots),
    };

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
