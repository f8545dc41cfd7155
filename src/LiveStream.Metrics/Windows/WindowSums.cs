using System.Numerics;
using System.Runtime.InteropServices;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Windows;

/// <summary>
/// The plain sums of a session, <see cref="Column.Sums"/> columns side by side. Events are added to the session's totals only; a window is the
/// totals at its end less the totals at its begin, which a ring of one row per hop remembers. Owned by one session.
/// </summary>
public sealed class WindowSums(WindowSpec[] windows)
{
    private const int Columns = Column.Sums;

    private readonly long[] _totals = new long[Columns];
    private readonly long[][] _before = [.. windows.Select(_ => Array.Empty<long>())];

    /// <summary>Sums of everything applied so far; whoever applies events adds to them.</summary>
    public Span<long> Totals => _totals;

    /// <summary>Slides a window when everything before this second (since the Unix epoch, a multiple of its hop) is applied.</summary>
    /// <param name="window">Its place among the configured windows.</param>
    /// <param name="settledSecond">T', in seconds since the Unix epoch.</param>
    /// <param name="values">Takes the window's sums.</param>
    public void Slide(int window, long settledSecond, Span<long> values)
    {
        ref var rows = ref _before[window];
        if (rows.Length == 0)
        {
            rows = new long[WindowSpec.Hops * Columns];
        }

        var slot = (int)(settledSecond / windows[window].HopSeconds % WindowSpec.Hops);
        var before = Vectors(rows.AsSpan(slot * Columns, Columns));
        var totals = Vectors(_totals);
        var filled = Vectors(values[..Columns]);
        for (var i = 0; i < totals.Length; i++)
        {
            filled[i] = totals[i] - before[i];
            before[i] = totals[i];
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.WritePacked<long>(_totals);
        foreach (var rows in _before)
        {
            writer.WritePacked<long>(rows);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        reader.ReadPacked<long>(_totals);
        for (var w = 0; w < _before.Length; w++)
        {
            _before[w] = reader.ReadPacked<long>();
        }
    }

    // The number of columns is a multiple of every vector's length.
    private static Span<Vector<long>> Vectors(Span<long> columns) => MemoryMarshal.Cast<long, Vector<long>>(columns);
}
