using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Sessions;

/// <summary>Everything that is counted per product, in one place: the table of products, their ranking, and what the room shows. Owned by one session.</summary>
public sealed class Sales
{
    private const uint RankedTypes = (1u << (int)EventType.Click) | (1u << (int)EventType.Impression) | (1u << (int)EventType.Cart)
        | (1u << (int)EventType.Payment) | (1u << (int)EventType.Order);

    private readonly HotProducts _hot;
    private readonly RecentUnits _recent = new();
    private readonly Showcase _showcase;

    /// <summary>Creates empty counts.</summary>
    public Sales(EngineOptions options, WindowSpec[] windows, NameTable names, long originSecond)
    {
        Products = new ProductTable(names, options.Caps.MaxProductsPerRoom);
        _hot = new HotProducts(options.HotProducts, windows, Products, originSecond);
        _showcase = new Showcase(Products, _recent, names);
    }

    /// <summary>The products.</summary>
    public ProductTable Products { get; }

    /// <summary>Begins a slice.</summary>
    public void Begin(in Slice slice)
    {
        if ((slice.Types & Showcase.StepTypes) != 0)
        {
            _showcase.Begin(slice);
        }
    }

    /// <summary>Takes an event with a product for which there is room; those of a slice in order.</summary>
    public void Apply(in RoomEvent e, ReadOnlySpan<EventDetail> details)
    {
        ref var product = ref Products.FindOrAdd(e.Product);
        _showcase.Note(ref product, e);
        if (((RankedTypes >> (int)e.Type) & 1) == 0)
        {
            return;
        }

        _hot.Apply(ref product, e, details);
        if (e.Type is EventType.Click or EventType.Payment)
        {
            if (_showcase.NextStepMs <= e.TimeMs)
            {
                _showcase.TakeUntil(e.TimeMs);
            }

            _showcase.Sell(product, e, details);
        }
    }

    /// <summary>Ends a slice.</summary>
    public void End() => _showcase.End();

    /// <summary>Closes a second.</summary>
    public void Close(int second)
    {
        _recent.Close(second, _hot.Second);
        _hot.Close(second);
    }

    /// <summary>Slides a window to the end of the closed second.</summary>
    public void Slide(int second, in SlidWindow slid, WindowFigures figures) => _hot.Slide(second, slid, figures);

    /// <summary>Fills what is not tied to a window's hop.</summary>
    public void Fill(SessionSnapshot snapshot)
    {
        _hot.Fill(snapshot.SessionWindow);
        _showcase.Fill(snapshot);
    }

    /// <summary>Writes its state.</summary>
    public void Save(StateWriter writer)
    {
        Products.Save(writer);
        _hot.Save(writer);
        _recent.Save(writer);
        _showcase.Save(writer);
    }

    /// <summary>Takes over a state that was written.</summary>
    public void Restore(ref StateReader reader)
    {
        Products.Restore(ref reader);
        _hot.Restore(ref reader);
        _recent.Restore(ref reader);
        _showcase.Restore(ref reader);
    }

    /// <summary>Marks the names it refers to.</summary>
    public void MarkNames() => Products.Mark();
}
