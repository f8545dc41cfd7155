using LiveStream.Metrics.Events;

namespace LiveStream.Pipeline.Output;

/// <summary>
/// Where every event read ended: read = applied + late + duplicate + rejected + pending. Taken between batches,
/// so the sum holds in every value of this type.
/// </summary>
public readonly record struct CounterTotals(
    long Read, long Applied, long Late, long LateIdle, long Moved, long Duplicate, long Rejected, long Pending)
{
    /// <summary>The sum of two disjoint parts.</summary>
    public static CounterTotals operator +(CounterTotals left, CounterTotals right) => new(
        left.Read + right.Read,
        left.Applied + right.Applied,
        left.Late + right.Late,
        left.LateIdle + right.LateIdle,
        left.Moved + right.Moved,
        left.Duplicate + right.Duplicate,
        left.Rejected + right.Rejected,
        left.Pending + right.Pending);

    /// <summary>Whether every event is accounted for.</summary>
    public bool Balanced => Read == Applied + Late + Duplicate + Rejected + Pending;
}
