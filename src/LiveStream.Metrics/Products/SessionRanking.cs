namespace LiveStream.Metrics.Products;

/// <summary>
/// The top list of the whole session. Nothing leaves a session, so a product only rises, and the list is kept at each change instead of being chosen when it
/// is asked for, which is every second. Owned by <see cref="HotProducts"/>, which tells it of every product that changes.
/// </summary>
/// <param name="rows">The products' counts.</param>
/// <param name="products">The session's products.</param>
/// <param name="scope">Its place among the scopes.</param>
/// <param name="top">Rows of the list, 1..100.</param>
public sealed class SessionRanking(ProductRows rows, ProductTable products, int scope, int top)
{
    private readonly TopList _top = new(rows, products, scope, top);

    /// <summary>Product numbers of the top list, best first: by score, sum of payments, id. Products with score 0 are left out.</summary>
    public ReadOnlySpan<int> Top => _top.Products;

    /// <summary>A product has got more.</summary>
    public void Change(int product) => _top.Raise(product, rows.ScoreOf(product, scope));

    /// <summary>Chooses from all: the counts were restored.</summary>
    public void ChooseAnew()
    {
        _top.Clear();

        // Products that were seen in the open second first have no counts yet.
        var counted = Math.Min(products.Count, rows.Room);
        for (var product = 0; product < counted; product++)
        {
            _top.Add(product, rows.ScoreOf(product, scope));
        }
    }
}
