using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Products;

/// <summary>
/// What the room shows and sells: explanations, stock, display names, sold share. Room events of a slice are put in their order
/// first (ends before starts, the session's end last, of two starts the smaller product first); product events then fall into the state at their time.
/// </summary>
public sealed class Showcase(ProductTable products, NameTable names) : SessionOperator
{
    private const int Nothing = -1;

    private readonly List<RoomStep> _steps = [];
    private readonly List<int> _shown = [];
    private readonly Comparison<RoomStep> _order = (x, y) =>
        x.TimeMs != y.TimeMs ? x.TimeMs.CompareTo(y.TimeMs)
        : x.Rank != y.Rank ? x.Rank.CompareTo(y.Rank)
        : x.Product >= 0 && y.Product >= 0 ? names.Compare(products[x.Product].Name, products[y.Product].Name)
        : x.Product.CompareTo(y.Product);

    private int _explained = Nothing;
    private long _explainedSinceMs;
    private long _named;
    private long _listed;
    private long _listedOrPaid;
    private long _paid;

    /// <inheritdoc/>
    public override void Apply(in Slice slice)
    {
        for (var i = 0; i < slice.Events.Length; i++)
        {
            var product = slice.Products[i];
            ref readonly var e = ref slice.Events[i];
            if (product >= 0)
            {
                MarkProduct(e, product);
            }

            var rank = StepRank(e.Type);
            if (rank >= 0)
            {
                _steps.Add(new RoomStep(e.TimeMs, rank, product, e.Type, e.Type == EventType.Stock ? slice.Details[e.Detail].Value : 0));
            }
        }

        if (_steps.Count > 1)
        {
            _steps.Sort(_order);
        }

        var step = 0;
        for (var i = 0; i < slice.Events.Length; i++)
        {
            ref readonly var e = ref slice.Events[i];
            if (e.Type is EventType.Click or EventType.Payment && slice.Products[i] >= 0)
            {
                for (; step < _steps.Count && _steps[step].TimeMs <= e.TimeMs; step++)
                {
                    Take(_steps[step]);
                }

                Sell(slice, e, slice.Products[i]);
            }
        }

        for (; step < _steps.Count; step++)
        {
            Take(_steps[step]);
        }

        _steps.Clear();
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        snapshot.Explains.Clear();
        snapshot.Stock.Clear();
        snapshot.Names.Clear();
        foreach (var number in _shown)
        {
            ref readonly var product = ref products[number];
            var id = names[product.Name];
            if (product.Explains > 0)
            {
                var open = _explained == number ? snapshot.AsOfMs - _explainedSinceMs : 0;
                snapshot.Explains.Add(new ExplainFigures(
                    id, product.Explains, product.ExplainedMs + open, product.ExplainedClicks, product.ExplainedPayments, product.ExplainedGmvMinor));
            }

            if ((product.Marks & ProductMarks.Stocked) != ProductMarks.None)
            {
                snapshot.Stock.Add(new StockFigures(id, product.StockLeft, SellOutEtaMs(product)));
            }

            if (product.DisplayName >= 0)
            {
                snapshot.Names.Add(new ProductName(id, names[product.DisplayName]));
            }
        }

        snapshot.Whole.SoldShare = new Ratio(_paid, _listed > 0 ? _listedOrPaid : _named);
    }

    private static int StepRank(EventType type) => type switch
    {
        EventType.ExplainEnd => 0,
        EventType.ExplainStart => 1,
        EventType.End => 2,
        EventType.Stock => 3,
        _ => -1,
    };

    private static long? SellOutEtaMs(in Product product)
    {
        if (product.RecentUnits == 0)
        {
            return null;
        }

        return product.StockLeft <= 0 ? 0 : (long)((Int128)product.StockLeft * 300_000 / product.RecentUnits);
    }

    private void MarkProduct(in RoomEvent e, int number)
    {
        ref var product = ref products[number];
        var before = product.Marks;
        if (e.Type != EventType.Unlist)
        {
            product.Marks |= ProductMarks.Named;
        }

        if (e.Type == EventType.List)
        {
            product.Marks |= ProductMarks.Listed;
        }

        if (e.Type == EventType.Payment)
        {
            product.Marks |= ProductMarks.Paid;
        }

        if (product.Marks != before)
        {
            Count(before, product.Marks);
        }

        if (e.Name >= 0 && e.Type is EventType.List or EventType.ExplainStart)
        {
            Rename(ref product, e);
            Show(number);
        }
    }

    private void Count(ProductMarks before, ProductMarks after)
    {
        const ProductMarks ListedOrPaid = ProductMarks.Listed | ProductMarks.Paid;
        var added = after & ~before;
        _named += (added & ProductMarks.Named) != ProductMarks.None ? 1 : 0;
        _listed += (added & ProductMarks.Listed) != ProductMarks.None ? 1 : 0;
        _paid += (added & ProductMarks.Paid) != ProductMarks.None ? 1 : 0;
        _listedOrPaid += (before & ListedOrPaid) == ProductMarks.None && (after & ListedOrPaid) != ProductMarks.None ? 1 : 0;
    }

    private void Rename(ref Product product, in RoomEvent e)
    {
        var smaller = product.DisplayName < 0 || names.Compare(e.Name, product.DisplayName) < 0;
        if (product.DisplayName < 0 || e.TimeMs > product.DisplayNameMs || (e.TimeMs == product.DisplayNameMs && smaller))
        {
            product.DisplayName = e.Name;
            product.DisplayNameMs = e.TimeMs;
        }
    }

    private void Take(in RoomStep step)
    {
        switch (step.Type)
        {
            case EventType.ExplainStart:
                CloseExplanation(step.TimeMs);
                _explained = step.Product;
                _explainedSinceMs = step.TimeMs;
                products[step.Product].Explains++;
                Show(step.Product);
                break;
            case EventType.ExplainEnd when step.Product == _explained:
            case EventType.End:
                CloseExplanation(step.TimeMs);
                break;
            case EventType.Stock:
                TakeStock(step);
                break;
        }
    }

    private void TakeStock(in RoomStep step)
    {
        ref var product = ref products[step.Product];
        var known = (product.Marks & ProductMarks.Stocked) != ProductMarks.None;
        product.StockLeft = known && product.StockMs == step.TimeMs ? Math.Min(product.StockLeft, step.Stock) : step.Stock;
        product.StockMs = step.TimeMs;
        product.Marks |= ProductMarks.Stocked;
        Show(step.Product);
    }

    // Most products are only clicked at: the lists hold those that room events spoke of, ordinal by id.
    private void Show(int number)
    {
        ref var product = ref products[number];
        if ((product.Marks & ProductMarks.Shown) != ProductMarks.None)
        {
            return;
        }

        product.Marks |= ProductMarks.Shown;
        var from = 0;
        for (var to = _shown.Count; from < to;)
        {
            var middle = (from + to) / 2;
            if (names.Compare(products[_shown[middle]].Name, product.Name) < 0)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        _shown.Insert(from, number);
    }

    private void CloseExplanation(long atMs)
    {
        if (_explained != Nothing)
        {
            products[_explained].ExplainedMs += atMs - _explainedSinceMs;
            _explained = Nothing;
        }
    }

    private void Sell(in Slice slice, in RoomEvent e, int number)
    {
        ref var product = ref products[number];
        var inside = number == _explained;
        if (e.Type == EventType.Click)
        {
            product.ExplainedClicks += inside ? 1 : 0;
            return;
        }

        if (inside)
        {
            product.ExplainedPayments++;
            product.ExplainedGmvMinor += slice.Details[e.Detail].Value;
        }

        if ((product.Marks & ProductMarks.Stocked) != ProductMarks.None)
        {
            product.StockLeft -= e.Count;
        }
    }

    private readonly record struct RoomStep(long TimeMs, int Rank, int Product, EventType Type, long Stock);
}
