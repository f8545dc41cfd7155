using LiveStream.Metrics.Events;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// Owns every number that is a plain sum of events: by type, and the columns that other operators add to during an apply.
/// Each settled second is folded into the session's totals and into each window.
/// </summary>
public sealed class Tally
{
    private readonly WindowSpec[] _windows;
    private readonly SlidingSums[] _sums;
    private readonly long[] _second = new long[Column.Count];
    private readonly long[] _totals = new long[Column.Count];
    private bool _dirty;

    /// <summary>Creates the sums of the configured windows.</summary>
    public Tally(WindowSpec[] windows)
    {
        _windows = windows;
        _sums = [.. windows.Select(w => new SlidingSums(w, Column.Count))];
    }

    /// <summary>Session totals by column, everything settled included.</summary>
    public ReadOnlySpan<long> Totals => _totals;

    /// <summary>Sums of the second that is being applied; writing to it makes the second count.</summary>
    public Span<long> Second
    {
        get
        {
            _dirty = true;
            return _second;
        }
    }

    /// <summary>Adds to a column of the second that is being applied.</summary>
    public void Add(int column, long amount) => Second[column] += amount;

    /// <summary>Counts the viewer events of a slice by type.</summary>
    public void Apply(in Slice slice)
    {
        var second = Second;
        foreach (ref readonly var e in slice.Events)
        {
            if (EventTypes.IsViewer(e.Type))
            {
                second[(int)e.Type] += e.Type is EventType.Like or EventType.Gift ? e.Count : 1;
            }
        }
    }

    /// <summary>Closes the second before <paramref name="settledSecond"/> (since the Unix epoch) and slides the windows that slide there.</summary>
    public void Advance(long settledSecond)
    {
        if (_dirty)
        {
            Fold();
        }

        for (var w = 0; w < _windows.Length; w++)
        {
            if (_windows[w].SlidesAt(settledSecond))
            {
                _sums[w].Slide(settledSecond);
            }
        }
    }

    /// <summary>Fills a window's sums; the session's when <paramref name="window"/> is -1.</summary>
    public void Fill(WindowFigures figures, int window)
    {
        var sums = window < 0 ? _totals : _sums[window].Sums;
        sums[..EventTypes.ViewerCount].CopyTo(figures.Events);
        figures.Entries = sums[Column.Entries];
        figures.Leaves = sums[Column.Leaves];
        figures.Trade.Payments = sums[(int)EventType.Payment];
        figures.Trade.Refunds = sums[(int)EventType.Refund];
        figures.Trade.Units = sums[Column.Units];
        figures.Trade.GmvMinor = Column.Wide(sums, Column.GmvLow);
        figures.Trade.RefundedMinor = Column.Wide(sums, Column.RefundedLow);
    }

    private void Fold()
    {
        for (var i = 0; i < _totals.Length; i++)
        {
            _totals[i] += _second[i];
        }

        foreach (var sums in _sums)
        {
            sums.Add(_second);
        }

        Array.Clear(_second);
        _dirty = false;
    }
}
