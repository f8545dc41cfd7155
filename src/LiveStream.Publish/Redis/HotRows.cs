using LiveStream.Metrics.Snapshots;
using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>
/// Members of one <c>hot:&lt;window&gt;</c> sorted set, as score and product by turns. Immutable; an unchanged list is the same
/// object again, so that the publisher sees by reference that there is nothing to write.
/// </summary>
internal sealed class HotRows
{
    private readonly byte[][] products;
    private readonly long[] scores;

    private HotRows(List<HotProduct> rows)
    {
        products = new byte[rows.Count][];
        scores = new long[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            products[i] = [.. rows[i].Product];
            scores[i] = rows[i].Score;
        }
    }

    /// <summary>Number of members.</summary>
    public int Count => products.Length;

    /// <summary>The rows of a window, or <paramref name="previous"/> when they are the same.</summary>
    public static HotRows Of(WindowFigures window, HotRows? previous) =>
        previous is not null && previous.Equal(window.HotProducts) ? previous : new HotRows(window.HotProducts);

    /// <summary>Appends score and product of each row.</summary>
    public void AppendTo(List<RedisValue> arguments)
    {
        for (var i = 0; i < products.Length; i++)
        {
            arguments.Add(scores[i]);
            arguments.Add(products[i]);
        }
    }

    private bool Equal(List<HotProduct> rows)
    {
        if (rows.Count != products.Length)
        {
            return false;
        }

        for (var i = 0; i < products.Length; i++)
        {
            if (rows[i].Score != scores[i] || !rows[i].Product.AsSpan().SequenceEqual(products[i]))
            {
                return false;
            }
        }

        return true;
    }
}
