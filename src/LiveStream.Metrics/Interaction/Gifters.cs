using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Interaction;

/// <summary>Distinct users with a gift. Remembers nothing of viewers who never give one.</summary>
public sealed class Gifters(KeyTable<ViewerRow> viewers, SideRows sides, DistinctCells cells) : SessionOperator
{
    // Second of the latest gift plus one.
    private readonly int _column = sides.Reserve(1);

    /// <inheritdoc/>
    public override uint Types => 1u << (int)EventType.Gift;

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        foreach (ref readonly var e in slice.Events)
        {
            if (e.Type != EventType.Gift)
            {
                continue;
            }

            // A viewer past the cap has no row.
            ref var row = ref viewers.Find(e.Viewer);
            if (!Unsafe.IsNullRef(ref row))
            {
                Give(ref sides.Of(ref row)[_column], slice.Second);
            }
        }
    }

    private void Give(ref int last, int second)
    {
        if (last != second + 1)
        {
            cells.Arrive(Column.Gifters, last == 0 ? DistinctCells.Never : last - 1);
            last = second + 1;
        }
    }
}
