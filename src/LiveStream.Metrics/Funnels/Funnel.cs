using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Funnels;

/// <summary>
/// One funnel of one session: per user and level the latest start of a chain that reached it, and per level how many users have
/// their latest start in each second. A chain lies in a window exactly when its start does, so the sum of a level's cells over a window is the
/// number of users at that level or deeper. Events of one user at one time are matched together, by how many of each type there are
/// (ClickHouse windowFunnel: default mode, strict_once where a type occurs twice).
/// </summary>
public sealed class Funnel
{
    private const int Never = int.MinValue;

    private readonly DistinctCells _cells;
    private readonly SideRows _sides;
    private readonly EventType[] _steps;
    private readonly int[] _stepOf = new int[EventTypes.Count];
    private readonly int _withinMs;
    private readonly int _column;
    private readonly int _side;
    private readonly bool _watched;
    private readonly int[] _starts;
    private readonly int[] _counts = new int[EventTypes.Count];

    /// <summary>Creates an empty funnel and reserves a column per level in the side rows: the start of the latest chain plus one.</summary>
    /// <param name="options">Its steps.</param>
    /// <param name="column">The column of its first step.</param>
    /// <param name="cells">The session's distinct counts.</param>
    /// <param name="sides">The session's side rows.</param>
    /// <param name="watched">Whether its first level lies in the viewer's own row until he gets a side row: of one funnel at most.</param>
    public Funnel(FunnelOptions options, int column, DistinctCells cells, SideRows sides, bool watched)
    {
        _steps = [.. options.Steps];
        _withinMs = options.WithinMs;
        _column = column;
        _cells = cells;
        _sides = sides;
        _watched = watched;
        _side = watched ? sides.ReserveWithHead(_steps.Length) : sides.Reserve(_steps.Length);
        _starts = new int[_steps.Length];
        for (var i = 0; i < _steps.Length; i++)
        {
            Types |= 1u << (int)_steps[i];
            _stepOf[(int)_steps[i]] = i;
        }

        IsPlain = _steps.Distinct().Count() == _steps.Length;
    }

    /// <summary>Bit per type that is a step.</summary>
    public uint Types { get; }

    private bool IsPlain { get; }

    /// <summary>Takes an event of one of <see cref="Types"/>; the last of its viewer at its time is matched with those before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(in Slice slice, int index, ref ViewerRow row)
    {
        ref readonly var e = ref slice.Events[index];
        if (IsPlain && slice.NextTwin(index, Types) < 0 && slice.PreviousTwin(index, Types) < 0)
        {
            MatchOne(_stepOf[(int)e.Type], slice.OffsetMs(e), slice.Second, ref row);
        }
        else if (slice.NextTwin(index, Types) < 0)
        {
            for (var i = index; i >= 0; i = slice.PreviousTwin(i, Types))
            {
                _counts[(int)slice.Events[i].Type]++;
            }

            MatchAll(slice.OffsetMs(e), ref row);
            Array.Clear(_counts);
        }
    }

    // With every type at one step only, an event extends the chains of the level before and no others.
    private void MatchOne(int step, int atMs, int second, ref ViewerRow row)
    {
        if (step == 0)
        {
            Begin(atMs, second, ref row);
            return;
        }

        var start = StartOf(step - 1, row);
        if (start != Never && atMs - start <= _withinMs)
        {
            Improve(step, start, ref row);
        }
    }

    private void Begin(int atMs, int second, ref ViewerRow row)
    {
        if (_watched && !row.HasSide)
        {
            Arrive(row.Head, second);
            row.Head = atMs + 1;
            return;
        }

        ref var head = ref _sides.Of(ref row)[_side];
        Arrive(head, second);
        head = atMs + 1;
    }

    private void Arrive(int before, int second)
    {
        var from = before == 0 ? DistinctCells.Never : (before - 1) / EngineOptions.HopMs;
        if (from != second)
        {
            _cells.Arrive(_column, from);
        }
    }

    // Extends every chain by as many steps as the events of this user at this time can serve, longest chains first known.
    private void MatchAll(int atMs, ref ViewerRow row)
    {
        for (var level = 0; level < _steps.Length; level++)
        {
            _starts[level] = StartOf(level, row);
        }

        for (var reached = _steps.Length - 1; reached >= -1; reached--)
        {
            var start = reached < 0 ? atMs : _starts[reached];
            if (start != Never && (long)atMs - start <= _withinMs)
            {
                Extend(reached, start, ref row);
            }
        }
    }

    // _starts keeps what was known before this time, so that one event never serves two steps of a chain.
    private void Extend(int reached, int start, ref ViewerRow row)
    {
        var level = reached + 1;
        for (; level < _steps.Length && _counts[(int)_steps[level]] > 0; level++)
        {
            _counts[(int)_steps[level]]--;
            Improve(level, start, ref row);
        }

        for (level--; level > reached; level--)
        {
            _counts[(int)_steps[level]]++;
        }
    }

    private int StartOf(int level, in ViewerRow row)
    {
        var stored = row.HasSide ? _sides.Of(row.Side)[_side + level] : _watched && level == 0 ? row.Head : 0;
        return stored == 0 ? Never : stored - 1;
    }

    private void Improve(int level, int start, ref ViewerRow row)
    {
        var before = StartOf(level, row);
        if (start <= before)
        {
            return;
        }

        var from = before == Never ? DistinctCells.Never : before / EngineOptions.HopMs;
        var to = start / EngineOptions.HopMs;
        if (from != to)
        {
            _cells.Move(_column + level, from, to);
        }

        if (level == 0 && _watched && !row.HasSide)
        {
            row.Head = start + 1;
        }
        else
        {
            _sides.Of(ref row)[_side + level] = start + 1;
        }
    }
}
