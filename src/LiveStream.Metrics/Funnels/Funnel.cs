using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Trade;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Funnels;

/// <summary>
/// One funnel of one session: per user and level the latest start of a chain that reached it, and per level how many users have
/// their latest start in each second. A chain lies in a window exactly when its start does, so the sum of a level's cells over a window is the
/// number of users at that level or deeper. Events of one user at one time are matched together, by how many of each type there are
/// (ClickHouse windowFunnel: default mode, strict_once where a type occurs twice).
/// </summary>
public sealed class Funnel : SessionOperator
{
    private const int Never = int.MinValue;

    private readonly EventType[] _steps;
    private readonly int _withinMs;
    private readonly uint _types;
    private readonly int _index;
    private readonly ViewerTable _viewers;
    private readonly TradeRows _rows;
    private readonly Chunked<int> _heads = new();
    private readonly Chunked<int>[] _deeper;
    private readonly DistinctRing[] _levels;
    private readonly int[] _starts;
    private readonly int[] _counts = new int[EventTypes.Count];
    private readonly List<(int TimeMs, int Viewer, EventType Type)> _run = [];

    /// <summary>Creates an empty funnel.</summary>
    /// <param name="options">Its steps.</param>
    /// <param name="index">Its place among the configured funnels.</param>
    /// <param name="windows">The configured windows.</param>
    /// <param name="viewers">The session's viewers.</param>
    /// <param name="rows">Their trade rows.</param>
    public Funnel(FunnelOptions options, int index, WindowSpec[] windows, ViewerTable viewers, TradeRows rows)
    {
        _index = index;
        _viewers = viewers;
        _steps = [.. options.Steps];
        _withinMs = options.WithinMs;
        _rows = rows;
        foreach (var step in _steps)
        {
            _types |= 1u << (int)step;
        }

        _levels = [.. _steps.Select(_ => new DistinctRing(windows[^1].Seconds))];
        _deeper = [.. _steps.Skip(1).Select(_ => new Chunked<int>())];
        _starts = new int[_steps.Length];
    }

    /// <inheritdoc/>
    public override void Open(int second)
    {
        foreach (var level in _levels)
        {
            level.Open(second);
        }
    }

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            ref readonly var e = ref slice.Events[i];
            if (((_types >> (int)e.Type) & 1) == 0)
            {
                continue;
            }

            var atMs = slice.OffsetMs(e);
            if (_run.Count != 0 && _run[0].TimeMs != atMs)
            {
                MatchRun();
            }

            _run.Add((atMs, slice.Viewers[i], e.Type));
        }

        MatchRun();
    }

    /// <inheritdoc/>
    public override void FillWindow(WindowFigures figures, in SlidWindow slid)
    {
        for (var i = 0; i < _levels.Length; i++)
        {
            figures.Funnels[_index].Users[i] = _levels[i].CountLast(slid.Window.Seconds);
        }
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        for (var i = 0; i < _levels.Length; i++)
        {
            snapshot.SessionWindow.Funnels[_index].Users[i] = _levels[i].Total;
        }
    }

    private void MatchRun()
    {
        if (_run.Count > 1)
        {
            _run.Sort();
        }

        for (var from = 0; from < _run.Count;)
        {
            var to = from + 1;
            while (to < _run.Count && _run[to].Viewer == _run[from].Viewer)
            {
                to++;
            }

            Match(from, to);
            from = to;
        }

        _run.Clear();
    }

    // Extends every chain by as many steps as the events of this user at this time can serve, longest chains first known.
    private void Match(int from, int to)
    {
        var (atMs, viewer, _) = _run[from];
        Load(viewer);
        for (var i = from; i < to; i++)
        {
            _counts[(int)_run[i].Type]++;
        }

        for (var reached = _steps.Length - 1; reached >= -1; reached--)
        {
            var start = reached < 0 ? atMs : _starts[reached];
            if (start != Never && (long)atMs - start <= _withinMs)
            {
                Extend(viewer, reached, start);
            }
        }

        for (var i = from; i < to; i++)
        {
            _counts[(int)_run[i].Type] = 0;
        }
    }

    private void Extend(int viewer, int reached, int start)
    {
        var level = reached + 1;
        for (; level < _steps.Length && _counts[(int)_steps[level]] > 0; level++)
        {
            _counts[(int)_steps[level]]--;
            Improve(viewer, level, start);
        }

        for (level--; level > reached; level--)
        {
            _counts[(int)_steps[level]]++;
        }
    }

    private void Load(int viewer)
    {
        _heads.Ensure(viewer);
        _starts[0] = _heads[viewer] - 1;
        var row = _viewers.Rows[viewer].TradeRow - 1;
        for (var level = 1; level < _steps.Length; level++)
        {
            var known = row >= 0 && row < _deeper[level - 1].Count;
            _starts[level] = known ? _deeper[level - 1][row] - 1 : -1;
        }

        for (var level = 0; level < _steps.Length; level++)
        {
            _starts[level] = _starts[level] < 0 ? Never : _starts[level];
        }
    }

    // _starts keeps what was known before this time, so that one event never serves two steps of a chain.
    private void Improve(int viewer, int level, int start)
    {
        ref var stored = ref _heads[viewer];
        if (level > 0)
        {
            var row = _rows.Of(viewer);
            _deeper[level - 1].Ensure(row);
            stored = ref _deeper[level - 1][row];
        }

        var before = stored == 0 ? Never : stored - 1;
        if (start > before)
        {
            _levels[level].Move(
                before == Never ? DistinctRing.Never : before / EngineOptions.HopMs,
                start / EngineOptions.HopMs);
            stored = start + 1;
        }
    }
}
