using LiveStream.Metrics.Tables;
using LiveStream.Metrics.Viewers;

namespace LiveStream.Metrics.Trade;

/// <summary>The trade rows of one session, given out at a viewer's first need of one, so that a viewer who only watches has none.</summary>
public sealed class TradeRows(ViewerTable viewers)
{
    private readonly Chunked<TradeRow> _rows = new();

    /// <summary>Rows given out.</summary>
    public int Count => _rows.Count;

    /// <summary>A row by its number.</summary>
    public ref TradeRow this[int row] => ref _rows[row];

    /// <summary>The number of a viewer's row, given out now if he has none.</summary>
    public int Of(int viewer)
    {
        ref var number = ref viewers.Rows[viewer].TradeRow;
        if (number == 0)
        {
            var row = _rows.Count;
            _rows.Ensure(row);
            _rows[row] = TradeRow.New;
            number = row + 1;
        }

        return number - 1;
    }
}
