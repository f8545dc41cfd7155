using System.Runtime.CompilerServices;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// Who is in the room: active viewers, online, visits, stay, returning. Told of each viewer event in event-time order by the pass over a slice; tells
/// retention, segments and survival what they need of it. Owned by one session.
/// </summary>
public sealed class Presence(EngineOptions options, WindowSums sums, DistinctCells cells, Retention retention, Segments segments, Survival survival)
{
    private readonly int _timeoutMs = options.PresenceTimeoutMs;
    private readonly int _timeoutSeconds = options.PresenceTimeoutMs / EngineOptions.HopMs;
    private long _stayMs;
    private long _returned;

    /// <summary>Seconds whose online viewers must be kept.</summary>
    public static int SecondsKept(EngineOptions options) => (options.PresenceTimeoutMs / EngineOptions.HopMs) + 2;

    /// <summary>Online at the end of the second that is being applied.</summary>
    public long OnlineNow { get; private set; }

    /// <summary>The first activity of a viewer.</summary>
    public void Begin(int atMs)
    {
        cells.Arrive(Column.Viewers, DistinctCells.Never);
        segments.Begin(atMs);
        survival.Begin();
        OpenVisit();
    }

    /// <summary>Further activity of a viewer; updates his row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Activate(ref ViewerRow row, int atMs, int second)
    {
        var beforeMs = row.LastMs;
        var before = (int)((uint)beforeMs / EngineOptions.HopMs);
        var passedMs = atMs - beforeMs;
        var stayed = passedMs <= _timeoutMs && !row.Has(ViewerFlags.Left);
        if (stayed)
        {
            _stayMs += passedMs;
        }
        else
        {
            Return(ref row, before, second);
        }

        if (before != second)
        {
            if (stayed)
            {
                cells.Arrive(Column.Viewers, Column.Online, before);
            }
            else
            {
                cells.Arrive(Column.Viewers, before);
            }

            retention.Pair(before, second);
        }

        segments.Observe(beforeMs, atMs);
        survival.Observe(ref row, atMs);
        row.LastMs = atMs;
    }

    /// <summary>A leave of a viewer who has been active.</summary>
    public void Leave(ref ViewerRow row, int atMs, int second)
    {
        survival.Observe(ref row, atMs);
        if (row.Has(ViewerFlags.Left))
        {
            return;
        }

        row.Set(ViewerFlags.Left);
        var passedMs = atMs - row.LastMs;
        if (passedMs > _timeoutMs)
        {
            CloseSilent(row.LastMs / EngineOptions.HopMs, second);
            return;
        }

        _stayMs += passedMs;
        CloseVisit(row.LastMs / EngineOptions.HopMs);
    }

    /// <summary>Closes a second: visits that fell silent end.</summary>
    public void Advance(int second)
    {
        var silent = cells.Take(Column.Online, second - _timeoutSeconds);
        if (silent != 0)
        {
            sums.Totals[Column.Leaves] += silent;
            OnlineNow -= silent;
        }
    }

    /// <summary>Fills the session's numbers.</summary>
    public void Fill(SessionFigures figures)
    {
        var viewers = cells.Total(Column.Viewers);
        figures.AverageStayMs = new Ratio(_stayMs, viewers);
        figures.Returning = new Ratio(_returned, viewers);
    }

    /// <summary>Forgets what was counted; another part of the session keeps it.</summary>
    public void Clear()
    {
        _stayMs = 0;
        _returned = 0;
        OnlineNow = 0;
    }

    /// <summary>Adds what another part of the same session counted.</summary>
    public void Add(Presence other)
    {
        _stayMs += other._stayMs;
        _returned += other._returned;
        OnlineNow += other.OnlineNow;
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_stayMs);
        writer.Write(_returned);
        writer.Write(OnlineNow);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _stayMs = reader.ReadLong();
        _returned = reader.ReadLong();
        OnlineNow = reader.ReadLong();
    }

    private void Return(ref ViewerRow row, int before, int second)
    {
        if (!row.Has(ViewerFlags.Left))
        {
            CloseSilent(before, second);
        }

        if (!row.Has(ViewerFlags.Returned))
        {
            row.Set(ViewerFlags.Returned);
            _returned++;
        }

        row.Clear(ViewerFlags.Left);
        OpenVisit();
    }

    // A silence that ended in an earlier second was taken out when that one was closed.
    private void CloseSilent(int before, int second)
    {
        if (before + _timeoutSeconds >= second)
        {
            CloseVisit(before);
        }
    }

    private void OpenVisit()
    {
        cells.Enter(Column.Online);
        sums.Totals[Column.Entries]++;
        OnlineNow++;
    }

    private void CloseVisit(int before)
    {
        cells.Remove(Column.Online, before);
        sums.Totals[Column.Leaves]++;
        OnlineNow--;
    }
}
