using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;

namespace LiveStream.Metrics.Products;

/// <summary>
/// What the room shows and sells: explanations, stock, display names, sold share. The room events of a slice are put in their order
/// first (ends before starts, the session's end last, of two starts the smaller product first); product events then fall into the state at their
/// time. Owned by one session.
/// </summary>
public sealed class Showcase
{
    /// <summary>Bit per type of the room events that change what is explained and in stock.</summary>
    public const uint StepTypes = (1u << (int)EventType.ExplainEnd) | (1u << (int)EventType.ExplainStart)
        | (1u << (int)EventType.End) | (1u << (int)EventType.Stock);

    private const int Nothing = -1;

    private readonly ProductTable _products;
    private readonly RecentUnits _recent;
    private readonly NameTable _names;
    private readonly List<RoomStep> _steps = [];
    private readonly List<int> _shown = [];
    private readonly Comparison<RoomStep> _order;
    private Exhibit[] _exhibits = [];
    private int _exhibitCount;
    private int _step;
    private int _explained = Nothing;
    private long _explainedSinceMs;
    private long _named;
    private long _listed;
    private long _listedOrPaid;
    private long _paid;

    /// <summary>An empty showcase.</summary>
    public Showcase(ProductTable products, RecentUnits recent, NameTable names)
    {
        _products = products;
        _recent = recent;
        _names = names;
        _order = (x, y) =>
            x.TimeMs != y.TimeMs ? x.TimeMs.CompareTo(y.TimeMs)
            : x.Rank != y.Rank ? x.Rank.CompareTo(y.Rank)
            : x.Product >= 0 && y.Product >= 0 ? products.Compare(x.Product, y.Product)
            : x.Product.CompareTo(y.Product);
    }

    /// <summary>Time from which on the next step of the slice holds; nothing has to be asked for before it.</summary>
    public long NextStepMs { get; private set; } = long.MaxValue;

    /// <summary>Collects the steps of a slice that has some of <see cref="StepTypes"/>; those of a product past the cap are left out.</summary>
    public void Begin(in Slice slice)
    {
        foreach (ref readonly var e in slice.Events)
        {
            var rank = RankOf(e.Type);
            if (rank < 0)
            {
                continue;
            }

            var product = Nothing;
            if (e.Product >= 0)
            {
                ref readonly var slot = ref _products.FindOrAdd(e.Product);
                product = slot.IsUsed ? slot.Number : Nothing;
            }

            if (e.Product < 0 || product >= 0)
            {
                _steps.Add(new RoomStep(e.TimeMs, rank, product, e.Type, e.Type == EventType.Stock ? slice.Details[e.Detail].Value : 0));
            }
        }

        if (_steps.Count > 1)
        {
            _steps.Sort(_order);
        }

        _step = 0;
        NextStepMs = _steps.Count == 0 ? long.MaxValue : _steps[0].TimeMs;
    }

    /// <summary>Takes the steps up to and including a time.</summary>
    public void TakeUntil(long timeMs)
    {
        for (; _step < _steps.Count && _steps[_step].TimeMs <= timeMs; _step++)
        {
            Take(_steps[_step]);
        }

        NextStepMs = _step < _steps.Count ? _steps[_step].TimeMs : long.MaxValue;
    }

    /// <summary>Takes what is left of a slice's steps.</summary>
    public void End()
    {
        TakeUntil(long.MaxValue);
        _steps.Clear();
    }

    /// <summary>Takes note of an event of a product; called before its steps.</summary>
    public void Note(ref ProductSlot product, in RoomEvent e)
    {
        var mark = e.Type switch
        {
            EventType.Unlist => ProductMarks.None,
            EventType.List => ProductMarks.Named | ProductMarks.Listed,
            EventType.Payment => ProductMarks.Named | ProductMarks.Paid,
            _ => ProductMarks.Named,
        };
        if ((product.Marks & mark) != mark)
        {
            Count(product.Marks, product.Marks | mark);
            product.Marks |= mark;
        }

        if (e.Name >= 0 && e.Type is EventType.List or EventType.ExplainStart)
        {
            Rename(product.Number, e);
        }
    }

    /// <summary>Takes a click or a payment of a product, after the steps up to its time.</summary>
    public void Sell(in ProductSlot product, in RoomEvent e, ReadOnlySpan<EventDetail> details)
    {
        var inside = product.Number == _explained;
        if (inside || (e.Type == EventType.Payment && (product.Marks & ProductMarks.Stocked) != ProductMarks.None))
        {
            Sell(ref ExhibitOf(product.Number), e, inside, details);
        }
    }

    /// <summary>Fills explanations, stock, names and the sold share.</summary>
    public void Fill(SessionSnapshot snapshot)
    {
        snapshot.Explains.Clear();
        snapshot.Stock.Clear();
        snapshot.Names.Clear();
        foreach (var number in _shown)
        {
            Fill(snapshot, number);
        }

        snapshot.Whole.SoldShare = new Ratio(_paid, _listed > 0 ? _listedOrPaid : _named);
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(_explained);
        writer.Write(_explainedSinceMs);
        writer.Write(_named);
        writer.Write(_listed);
        writer.Write(_listedOrPaid);
        writer.Write(_paid);
        writer.Write(_exhibitCount);
        foreach (ref readonly var exhibit in _exhibits.AsSpan(0, _exhibitCount))
        {
            writer.WriteCopy(exhibit);
        }
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        _explained = reader.ReadInt();
        _explainedSinceMs = reader.ReadLong();
        _named = reader.ReadLong();
        _listed = reader.ReadLong();
        _listedOrPaid = reader.ReadLong();
        _paid = reader.ReadLong();
        _exhibitCount = reader.ReadCount();
        _exhibits = new Exhibit[_exhibitCount];
        for (var i = 0; i < _exhibitCount; i++)
        {
            _exhibits[i] = reader.ReadCopy<Exhibit>();
            Show(_exhibits[i].Product);
        }
    }

    private static void Sell(ref Exhibit exhibit, in RoomEvent e, bool inside, ReadOnlySpan<EventDetail> details)
    {
        if (e.Type == EventType.Click)
        {
            exhibit.ExplainedClicks++;
            return;
        }

        exhibit.StockLeft -= exhibit.IsStocked ? e.Count : 0;
        if (inside)
        {
            exhibit.ExplainedPayments++;
            exhibit.ExplainedGmvMinor += details[e.Detail].Value;
        }
    }

    private static int RankOf(EventType type) => type switch
    {
        EventType.ExplainEnd => 0,
        EventType.ExplainStart => 1,
        EventType.End => 2,
        EventType.Stock => 3,
        _ => -1,
    };

    private void Fill(SessionSnapshot snapshot, int number)
    {
        ref readonly var exhibit = ref ExhibitOf(number);
        var id = _products.IdOf(number);
        if (exhibit.Explains > 0)
        {
            var open = _explained == number ? snapshot.AsOfMs - _explainedSinceMs : 0;
            snapshot.Explains.Add(new ExplainFigures(
                id, exhibit.Explains, exhibit.ExplainedMs + open, exhibit.ExplainedClicks, exhibit.ExplainedPayments, exhibit.ExplainedGmvMinor));
        }

        if (exhibit.IsStocked)
        {
            snapshot.Stock.Add(new StockFigures(id, exhibit.StockLeft, SellOutEtaMs(exhibit.StockLeft, _recent.Of(number))));
        }

        if (_products[number].DisplayName >= 0)
        {
            snapshot.Names.Add(new ProductName(id, _names[_products[number].DisplayName]));
        }
    }

    private static long? SellOutEtaMs(long left, long recentUnits)
    {
        if (recentUnits == 0)
        {
            return null;
        }

        return left <= 0 ? 0 : (long)((Int128)left * 300_000 / recentUnits);
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

    private void Rename(int number, in RoomEvent e)
    {
        ref var exhibit = ref ExhibitOf(number);
        ref var product = ref _products[number];
        if (product.DisplayName < 0 || e.TimeMs > exhibit.DisplayNameMs
            || (e.TimeMs == exhibit.DisplayNameMs && _names.Compare(e.Name, product.DisplayName) < 0))
        {
            product.DisplayName = e.Name;
            exhibit.DisplayNameMs = e.TimeMs;
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
                ExhibitOf(step.Product).Explains++;
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
        ref var exhibit = ref ExhibitOf(step.Product);
        exhibit.StockLeft = exhibit.IsStocked && exhibit.StockMs == step.TimeMs ? Math.Min(exhibit.StockLeft, step.Stock) : step.Stock;
        exhibit.StockMs = step.TimeMs;
        exhibit.IsStocked = true;
        _products.SlotOfProduct(step.Product).Marks |= ProductMarks.Stocked;
    }

    private void CloseExplanation(long atMs)
    {
        if (_explained != Nothing)
        {
            ExhibitOf(_explained).ExplainedMs += atMs - _explainedSinceMs;
            _explained = Nothing;
        }
    }

    // Most products are only clicked at: the lists hold those that room events spoke of.
    private ref Exhibit ExhibitOf(int number)
    {
        ref var place = ref _products[number].Exhibit;
        if (place == 0)
        {
            if (_exhibitCount == _exhibits.Length)
            {
                Array.Resize(ref _exhibits, Math.Max(4, _exhibitCount * 2));
            }

            _exhibits[_exhibitCount] = new Exhibit { Product = number };
            place = ++_exhibitCount;
            Show(number);
        }

        return ref _exhibits[place - 1];
    }

    // Ordinal by id.
    private void Show(int number)
    {
        var from = 0;
        for (var to = _shown.Count; from < to;)
        {
            var middle = (from + to) / 2;
            if (_products.Compare(_shown[middle], number) < 0)
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

    private readonly record struct RoomStep(long TimeMs, int Rank, int Product, EventType Type, long Stock);
}
