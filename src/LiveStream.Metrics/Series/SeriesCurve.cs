using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Series;

/// <summary>
/// The curve of a session for screens opened late: a point every 10 s for the last hour, before that every 60 s, at most 24 h.
/// Owned by the session.
/// </summary>
public sealed class SeriesCurve
{
    /// <summary>Distance of the newest points.</summary>
    public const int FineMs = 10_000;

    private const int CoarseMs = 60_000;
    private const int FinePoints = 360;
    private const int CoarsePoints = 23 * 60;

    private readonly List<SeriesPoint> _fine = [];
    private readonly List<SeriesPoint> _coarse = [];
    private SeriesPoint _merged;
    private SeriesPoint _before;

    /// <summary>Points every 60 s, oldest first.</summary>
    public ReadOnlySpan<SeriesPoint> Coarse => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_coarse);

    /// <summary>Points every 10 s, oldest first.</summary>
    public ReadOnlySpan<SeriesPoint> Fine => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_fine);

    /// <summary>Takes a point at T from the session's totals.</summary>
    public void Sample(long settledMs, SessionMetrics metrics)
    {
        var totals = metrics.Totals;
        var now = new SeriesPoint
        {
            TimeMs = settledMs,
            Online = metrics.OnlineNow,
            Entries = totals[Column.Entries],
            Leaves = totals[Column.Leaves],
            Likes = totals[(int)EventType.Like],
            Barrages = totals[(int)EventType.Barrage],
            Clicks = totals[(int)EventType.Click],
            Carts = totals[(int)EventType.Cart],
            PaidOrders = metrics.OrderTotals.Paid,
            GmvMinor = Column.Wide(totals, Column.GmvLow),
        };
        if (_fine.Count == FinePoints)
        {
            Merge(_fine[0]);
            _fine.RemoveAt(0);
        }

        _fine.Add(now.Since(_before));
        _before = now;
    }

    // Fine points are summed up until one lies on a whole minute; online is the value at that point.
    private void Merge(in SeriesPoint point)
    {
        _merged = point.Plus(_merged);
        if (point.TimeMs % CoarseMs != 0)
        {
            return;
        }

        if (_coarse.Count == CoarsePoints)
        {
            _coarse.RemoveAt(0);
        }

        _coarse.Add(_merged);
        _merged = default;
    }
}
