using LiveStream.Metrics.Tables;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// The viewers of one session: pseudonym to dense number, and one row each. Owned by the session; operators read and write
/// rows during an apply. Capped by the caller.
/// </summary>
public sealed class ViewerTable
{
    private readonly KeyIndex _index = new();

    /// <summary>Viewers known.</summary>
    public int Count => _index.Count;

    /// <summary>Rows by viewer number.</summary>
    public Chunked<ViewerRow> Rows { get; } = new();

    /// <summary>Second of the latest activity (an event other than leave) by viewer number, relative to the origin.</summary>
    public Chunked<int> ActiveSecond { get; } = new();

    /// <summary>The number of a viewer, or -1.</summary>
    public int Find(ulong viewer) => _index.Find(viewer);

    /// <summary>The number of a viewer, given out at first sight.</summary>
    public int GetOrAdd(ulong viewer)
    {
        var number = _index.GetOrAdd(viewer, Count, out var added);
        if (added)
        {
            Rows.Ensure(number);
            Rows[number] = ViewerRow.New;
            ActiveSecond.Ensure(number);
            ActiveSecond[number] = ViewerRow.Never;
        }

        return number;
    }
}
