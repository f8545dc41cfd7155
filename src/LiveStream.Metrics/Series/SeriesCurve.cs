using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Series;

/// <summary>
/// The curve of a session for screens opened late: a point every 10 s for the last hour (and up to 50 s more, until a whole minute can be
/// put together), before that every 60 s, at most 24 h. Each point has what happened since the one before it, so that nothing is left out.
/// Owned by the session.
/// </summary>
public sealed class SeriesCurve
{
    /// <summary>Distance of the newest points.</summary>
    public const int FineMs = 10_000;

    private const int CoarseMs = 60_000;
    private const int FinePoints = 360;
    private const int CoarsePoints = (23 * 60) - 1;

    private readonly List<SeriesPoint> _fine = [];
    private readonly List<SeriesPoint> _coarse = [];
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
        _fine.Add(now.Since(_before));
        _before = now;
        var toMinute = (int)((CoarseMs - 1 - ((_fine[0].TimeMs - 1) % CoarseMs)) / FineMs) + 1;
        if (_fine.Count == FinePoints + toMinute)
        {
            Merge(toMinute);
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.WriteCopy(_before);
        Save(writer, _coarse);
        Save(writer, _fine);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _before = reader.ReadCopy<SeriesPoint>();
        Restore(ref reader, _coarse);
        Restore(ref reader, _fine);
    }

    private static void Save(StateWriter writer, List<SeriesPoint> points)
    {
        writer.Write(points.Count);
        foreach (var point in points)
        {
            writer.WriteCopy(point);
        }
    }

    private static void Restore(ref StateReader reader, List<SeriesPoint> points)
    {
        for (var count = reader.ReadCount(); count > 0; count--)
        {
            points.Add(reader.ReadCopy<SeriesPoint>());
        }
    }

    // The oldest fine points up to a whole minute become one; online is the value at the last of them.
    private void Merge(int points)
    {
        if (_coarse.Count == CoarsePoints)
        {
            _coarse.RemoveAt(0);
        }

        var merged = _fine[0];
        for (var i = 1; i < points; i++)
        {
            merged = _fine[i].Plus(merged);
        }

        _coarse.Add(merged);
        _fine.RemoveRange(0, points);
    }
}
