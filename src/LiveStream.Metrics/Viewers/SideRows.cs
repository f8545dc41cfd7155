using System.Runtime.CompilerServices;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// What is remembered of a viewer from his first product or trade event (or deeper funnel step) on: a row of integers, given out at the first
/// need of one, so that a viewer who only watches has none. Columns are reserved by the metrics when they are composed; 0 is never or none. Owned by
/// one session.
/// </summary>
public sealed class SideRows
{
    private const int RowsPerChunk = 128;

    // From which on they are written step by step: several 100 KB in memory.
    private const int RowsInSteps = 8192;

    private int[][] _chunks = [];
    private int _columns;
    private int _headColumn = -1;

    /// <summary>Rows given out.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all rows.</summary>
    public long Bytes => _chunks.Sum(c => c.LongLength * sizeof(int));

    /// <summary>Reserves columns; only before the first row is given out.</summary>
    /// <returns>The first of them.</returns>
    public int Reserve(int columns)
    {
        _columns += columns;
        return _columns - columns;
    }

    /// <summary>Reserves columns of which the first takes over the <see cref="ViewerRow.Head"/> of a viewer who gets a row.</summary>
    public int ReserveWithHead(int columns)
    {
        _headColumn = _columns;
        return Reserve(columns);
    }

    /// <summary>A row by its number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<int> Of(int row) => _chunks[row / RowsPerChunk].AsSpan(row % RowsPerChunk * _columns, _columns);

    /// <summary>The row of a viewer, given out now if he has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<int> Of(ref ViewerRow viewer) => viewer.HasSide ? Of(viewer.Side) : Give(ref viewer);

    /// <summary>Brings the row of a viewer near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(in ViewerRow viewer)
    {
        if (viewer.HasSide)
        {
            CacheLine.Prefetch(ref _chunks[viewer.Side / RowsPerChunk][viewer.Side % RowsPerChunk * _columns]);
        }
    }

    /// <summary>Gives a viewer who came from another part of the session a copy of his row there.</summary>
    /// <param name="viewer">His row, which still has the other part's number.</param>
    /// <param name="other">The other part.</param>
    public void TakeOver(ref ViewerRow viewer, SideRows other)
    {
        if (viewer.HasSide)
        {
            var values = other.Of(viewer.Side);
            viewer.Head = 0;
            values.CopyTo(Of(ref viewer));
        }
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Count);
        var chunks = Enumerable.Range(0, (Count + RowsPerChunk - 1) / RowsPerChunk);
        if (Count >= RowsInSteps)
        {
            writer.WriteInSteps(chunks, SaveChunk);
            return;
        }

        foreach (var chunk in chunks)
        {
            SaveChunk(writer, chunk);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        for (var rows = reader.ReadCount(); Count < rows; Count++)
        {
            EnsureChunk(Count / RowsPerChunk, Count % RowsPerChunk);
            reader.ReadPacked(Of(Count));
        }
    }

    private void SaveChunk(StateWriter writer, int chunk)
    {
        var end = Math.Min(Count, (chunk + 1) * RowsPerChunk);
        for (var row = chunk * RowsPerChunk; row < end; row++)
        {
            writer.WritePacked<int>(Of(row));
        }
    }

    private Span<int> Give(ref ViewerRow viewer)
    {
        var row = Count++;
        EnsureChunk(row / RowsPerChunk, row % RowsPerChunk);
        var given = Of(row);
        if (_headColumn >= 0)
        {
            given[_headColumn] = viewer.Head;
        }

        viewer.Side = row;
        return given;
    }

    // Most rooms are small: a chunk grows to its size in steps.
    private void EnsureChunk(int chunk, int row)
    {
        if (chunk == _chunks.Length)
        {
            Array.Resize(ref _chunks, Math.Max(1, chunk * 2));
            _chunks.AsSpan(chunk).Fill([]);
        }

        if ((row + 1) * _columns > _chunks[chunk].Length)
        {
            var rows = chunk > 0 ? RowsPerChunk : Math.Min(RowsPerChunk, Math.Max(8, row * 2));
            Array.Resize(ref _chunks[chunk], rows * _columns);
        }
    }
}
