using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Of the users with a known flag, those whose first flagged event says true: new viewers by enter, new buyers by payment.
/// Of a user's flags at the same time, true wins.
/// </summary>
/// <param name="viewers">The session's viewers.</param>
/// <param name="type">Type of the events that carry the flag.</param>
/// <param name="known">The row's bit that remembers that the flag is known.</param>
public sealed class FirstFlagShare(ViewerTable viewers, EventType type, ViewerFlags known) : SessionOperator
{
    private readonly List<(int Viewer, long TimeMs, bool IsFalse)> _candidates = [];
    private long _known;
    private long _true;

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            ref readonly var e = ref slice.Events[i];
            if (e.Type != type)
            {
                continue;
            }

            var flag = type == EventType.Enter ? e.NewViewer : e.NewBuyer;
            if (flag != Flag.Absent && (viewers.Rows[slice.Viewers[i]].Flags & known) == ViewerFlags.None)
            {
                _candidates.Add((slice.Viewers[i], e.TimeMs, flag == Flag.False));
            }
        }

        if (_candidates.Count == 0)
        {
            return;
        }

        _candidates.Sort();
        foreach (var (viewer, _, isFalse) in _candidates)
        {
            ref var row = ref viewers.Rows[viewer];
            if ((row.Flags & known) == ViewerFlags.None)
            {
                row.Flags |= known;
                _known++;
                _true += isFalse ? 0 : 1;
            }
        }

        _candidates.Clear();
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        var share = new Ratio(_true, _known);
        if (type == EventType.Enter)
        {
            snapshot.Whole.NewViewerShare = share;
        }
        else
        {
            snapshot.Whole.NewBuyerShare = share;
        }
    }
}
