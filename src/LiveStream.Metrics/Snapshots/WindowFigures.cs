using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Snapshots;

/// <summary>
/// The numbers of one window of one session, refilled in place at each of the window's hops: one value per <see cref="Column"/>, read by name.
/// Users are distinct people, events are lines, money is in minor units.
/// </summary>
public sealed class WindowFigures
{
    private readonly long[] _values;

    /// <summary>Figures that are all 0.</summary>
    /// <param name="name">Key in the snapshot: <c>1m</c>, <c>session</c>.</param>
    /// <param name="funnels">Name and steps of each configured funnel.</param>
    public WindowFigures(string name, params IReadOnlyList<(string Name, IReadOnlyList<EventType> Steps)> funnels)
    {
        Name = name;
        _values = new long[Column.Funnels + funnels.Sum(f => f.Steps.Count)];
        Trade = new TradeFigures(_values);
        Funnels = new FunnelFigures[funnels.Count];
        var at = Column.Funnels;
        for (var i = 0; i < Funnels.Length; i++)
        {
            Funnels[i] = new FunnelFigures(funnels[i].Name, [.. funnels[i].Steps], new ArraySegment<long>(_values, at, funnels[i].Steps.Count));
            at += funnels[i].Steps.Count;
        }
    }

    /// <summary>Key in the snapshot: <c>1m</c>, <c>session</c>.</summary>
    public string Name { get; }

    /// <summary>All columns; the properties are views of it.</summary>
    internal Span<long> Values => _values;

    /// <summary>Active users.</summary>
    public long Viewers { get => _values[Column.Viewers]; set => _values[Column.Viewers] = value; }

    /// <summary>Visits started.</summary>
    public long Entries { get => _values[Column.Entries]; set => _values[Column.Entries] = value; }

    /// <summary>Visits ended.</summary>
    public long Leaves { get => _values[Column.Leaves]; set => _values[Column.Leaves] = value; }

    /// <summary>Viewer events by type, batches counted by their size; indexed by <see cref="EventType"/>.</summary>
    public ArraySegment<long> Events => new(_values, 0, EventTypes.ViewerCount);

    /// <summary>Users with an interaction.</summary>
    public long InteractingViewers { get => _values[Column.Interacting]; set => _values[Column.Interacting] = value; }

    /// <summary>Users with a gift.</summary>
    public long Gifters { get => _values[Column.Gifters]; set => _values[Column.Gifters] = value; }

    /// <summary>Retention, null for the session window.</summary>
    public Ratio? Retention { get; set; }

    /// <summary>Users with an impression, click, cart, order, payment: in this order.</summary>
    public ArraySegment<long> Reach => new(_values, Column.Reach, Column.ReachSteps);

    /// <summary>Per configured funnel the users that reached each step.</summary>
    public FunnelFigures[] Funnels { get; }

    /// <summary>Orders, payments and what follows from them.</summary>
    public TradeFigures Trade { get; }

    /// <summary>The ranked products, first row first.</summary>
    public List<HotProduct> HotProducts { get; } = [];

    /// <summary>Writes the figures.</summary>
    public void Save(StateWriter writer)
    {
        writer.WritePacked<long>(_values);
        writer.Write(Retention?.Numerator ?? 0);
        writer.Write(Retention?.Denominator ?? 0);
        writer.Write(HotProducts.Count);
        foreach (var row in HotProducts)
        {
            writer.WriteBytes(row.Product);
            writer.Write(row.PreviousRank);
            writer.Write(row.Score);
            writer.WriteCopy(row.Counts);
        }
    }

    /// <summary>Takes over figures that were written; ids of products are the lane's names.</summary>
    public void Restore(ref StateReader reader, NameTable names)
    {
        reader.ReadPacked<long>(_values);
        Retention = new Ratio(reader.ReadInt128(), reader.ReadInt128());
        HotProducts.Clear();
        for (var rows = reader.ReadCount(); rows > 0; rows--)
        {
            var product = names[names.Intern(reader.ReadBytes())];
            HotProducts.Add(new HotProduct(product, reader.ReadInt(), reader.ReadLong(), reader.ReadCopy<ProductCounts>()));
        }
    }

    /// <summary>interactingViewers / viewers.</summary>
    public Ratio InteractionRate => new(InteractingViewers, Viewers);

    /// <summary>gmv / viewers.</summary>
    public Ratio UvValue => new(Trade.GmvMinor, Viewers);

    /// <summary>gmv x 1000 / entries.</summary>
    public Ratio Gpm => new(Trade.GmvMinor * 1000, Entries);

    /// <summary>Users: payment / click.</summary>
    public Ratio ClickPayRate => new(Reach[4], Reach[1]);

    /// <summary>Users: payment / order.</summary>
    public Ratio PayRate => new(Reach[4], Reach[3]);

    /// <summary>Users: payment / viewers.</summary>
    public Ratio DealRate => new(Reach[4], Viewers);
}

/// <summary>One funnel in one window.</summary>
/// <param name="name">Key in the snapshot.</param>
/// <param name="steps">The steps' event types.</param>
/// <param name="users">Users whose longest chain has at least this step; as long as <paramref name="steps"/>.</param>
public sealed class FunnelFigures(string name, EventType[] steps, ArraySegment<long> users)
{
    /// <summary>Key in the snapshot.</summary>
    public string Name { get; } = name;

    /// <summary>The steps' event types.</summary>
    public EventType[] Steps { get; } = steps;

    /// <summary>Users whose longest chain has at least this step; as long as <see cref="Steps"/>.</summary>
    public ArraySegment<long> Users { get; } = users;
}
