using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Trade;

/// <summary>
/// Distinct users with an impression, click, cart, order, payment (buyers are the last of them), and how long users took to their
/// first order and payment. Owned by one session.
/// </summary>
public sealed class Reach
{
    /// <summary>Bit per type that is a step.</summary>
    public const uint Types = (1u << (int)EventType.Impression) | (1u << (int)EventType.Click) | (1u << (int)EventType.Cart)
        | (1u << (int)EventType.Order) | (1u << (int)EventType.Payment);

    private const int OrderStep = 3;

    private readonly DistinctCells _cells;
    private readonly SideRows _sides;
    private readonly int _column;

    /// <summary>Reserves a column per step in the side rows: the second of the latest one plus one.</summary>
    public Reach(DistinctCells cells, SideRows sides)
    {
        _cells = cells;
        _sides = sides;
        _column = sides.Reserve(Column.ReachSteps);
    }

    /// <summary>First order - first activity.</summary>
    public DelayHistogram TimeToOrder { get; } = new();

    /// <summary>First payment - first activity.</summary>
    public DelayHistogram TimeToPay { get; } = new();

    /// <summary>Takes an event of one of <see cref="Types"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(EventType type, int atMs, int second, ref ViewerRow row)
    {
        var step = StepOf(type);
        ref var last = ref _sides.Of(ref row)[_column + step];
        var before = last - 1;
        if (before == second)
        {
            return;
        }

        last = second + 1;
        if (before >= 0)
        {
            _cells.Arrive(Column.Reach + step, before);
            return;
        }

        _cells.Arrive(Column.Reach + step, DistinctCells.Never);
        if (step >= OrderStep)
        {
            (step == OrderStep ? TimeToOrder : TimeToPay).Add(atMs - row.FirstMs);
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        TimeToOrder.Save(writer);
        TimeToPay.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        TimeToOrder.Restore(ref reader);
        TimeToPay.Restore(ref reader);
    }

    private static int StepOf(EventType type) => type switch
    {
        EventType.Impression => 0,
        EventType.Click => 1,
        EventType.Cart => 2,
        EventType.Order => OrderStep,
        _ => OrderStep + 1,
    };
}
