using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

/// <summary>Explanations, stock, names and the sold share, against the definitions of metrics.md over the list of all events.</summary>
public sealed class ShowcaseTests
{
    private static readonly EventType[] Types =
    [
        EventType.Click, EventType.Click, EventType.Payment, EventType.Payment, EventType.Cart, EventType.Impression,
        EventType.ExplainStart, EventType.ExplainEnd, EventType.End, EventType.Stock, EventType.Unlist, EventType.List,
    ];

    // A third of the seeds has no list, so that the sold share is over what was named.
    [Theory]
    [InlineData(1, 3, 1000)]
    [InlineData(2, 8, 3)]
    [InlineData(3, 30, 1000)]
    [InlineData(4, 3, 2)]
    [InlineData(5, 2, 40)]
    [InlineData(6, 12, 5)]
    public void ShowsWhatTheEventsSay(int seed, int products, int spreadMs)
    {
        var random = new Random(seed);
        var names = new NameTable();
        var options = new EngineOptions { WindowMinutes = [1] };
        var sales = new Sales(options, Made.Windows(1), names, 0);
        var model = new Model(names);
        var snapshot = new SessionSnapshot { Windows = [new WindowFigures("session")] };
        var types = Types[..(seed % 3 == 0 ? ^1 : ^0)];
        for (var second = 0; second < 400; second++)
        {
            if (random.Next(3) != 0)
            {
                Apply(sales, model, Events(random, types, products, spreadMs, second, names), random);
            }

            if (random.Next(40) == 0)
            {
                var copy = new Sales(options, Made.Windows(1), names, 0);
                Made.HandOver(sales.Save, copy.Restore, names);
                sales = copy;
            }

            sales.Close(second);
            snapshot.AsOfMs = (second + 1) * 1000;
            sales.Fill(snapshot);
            Assert.Equal(model.Explains(snapshot.AsOfMs), snapshot.Explains.Select(x =>
                (Encoding.UTF8.GetString(x.Product), x.Times, x.TotalMs, x.Clicks, x.Payments, (long)x.GmvMinor)));
            Assert.Equal(model.Stock(snapshot.AsOfMs), snapshot.Stock.Select(x => (Encoding.UTF8.GetString(x.Product), x.Left, x.SellOutEtaMs)));
            Assert.Equal(model.Names(), snapshot.Names.Select(x => (Encoding.UTF8.GetString(x.Product), Encoding.UTF8.GetString(x.Name))));
            Assert.Equal(model.SoldShare(), snapshot.Whole.SoldShare);
        }

        Assert.True(snapshot.Stock.Count > 1 && snapshot.Explains.Exists(x => x.Clicks > 0) && snapshot.Explains.Exists(x => x.Payments > 0));
    }

    private static RoomEvent[] Events(Random random, EventType[] types, int products, int spreadMs, int second, NameTable names)
    {
        var events = Enumerable.Range(0, random.Next(1, 9)).Select(_ =>
        {
            var type = types[random.Next(types.Length)];
            var product = type == EventType.End ? NameTable.None : names.Intern(Encoding.UTF8.GetBytes($"商{random.Next(products)}"));
            var name = random.Next(2) == 0 ? NameTable.None : names.Intern(Encoding.UTF8.GetBytes($"n{random.Next(4)}"));
            var named = type is EventType.List or EventType.ExplainStart ? name : NameTable.None;
            return Made.Event(type, (second * 1000) + random.Next(spreadMs), product: product, name: named, count: random.Next(1, 9));
        });
        return [.. events.OrderBy(e => e.TimeMs)];
    }

    private static void Apply(Sales sales, Model model, RoomEvent[] events, Random random)
    {
        var details = new EventDetail[events.Length];
        for (var i = 0; i < events.Length; i++)
        {
            events[i].Detail = i;
            details[i].Value = random.Next(100);
            model.Events.Add((events[i], details[i].Value));
        }

        var slice = Made.Slice(events, details);
        sales.Begin(slice);
        foreach (ref readonly var e in slice.Events)
        {
            if (e.Product >= 0)
            {
                sales.Apply(e, slice.Details);
            }
        }

        sales.End();
    }

    /// <summary>All events, and what follows from them.</summary>
    private sealed class Model(NameTable names)
    {
        public List<(RoomEvent Event, long Value)> Events { get; } = [];

        public IEnumerable<(string, long, long, long, long, long)> Explains(long asOfMs) => Intervals(asOfMs)
            .GroupBy(i => i.Product).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(product =>
            {
                var inside = Events.FindAll(x => IdOf(x.Event) == product.Key && product.Any(i => x.Event.TimeMs >= i.FromMs && x.Event.TimeMs < i.ToMs));
                var paid = inside.FindAll(x => x.Event.Type == EventType.Payment);
                return (product.Key, product.LongCount(), product.Sum(i => i.ToMs - i.FromMs),
                    inside.LongCount(x => x.Event.Type == EventType.Click), (long)paid.Count, paid.Sum(x => x.Value));
            });

        public IEnumerable<(string, long, long?)> Stock(long asOfMs)
        {
            foreach (var product in Events.Where(x => x.Event.Type == EventType.Stock).GroupBy(x => IdOf(x.Event)).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                var lastMs = product.Max(x => x.Event.TimeMs);
                var paid = Events.FindAll(x => x.Event.Type == EventType.Payment && IdOf(x.Event) == product.Key);
                var left = product.Where(x => x.Event.TimeMs == lastMs).Min(x => x.Value) - paid.Where(x => x.Event.TimeMs >= lastMs).Sum(x => x.Event.Count);
                var recent = paid.Where(x => x.Event.TimeMs >= asOfMs - 300_000).Sum(x => x.Event.Count);
                yield return (product.Key, left, recent == 0 ? null : left <= 0 ? 0 : left * 300_000 / recent);
            }
        }

        public IEnumerable<(string, string)> Names() => Events
            .Where(x => x.Event.Type is EventType.List or EventType.ExplainStart && x.Event.Name >= 0)
            .GroupBy(x => IdOf(x.Event)).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(product => (product.Key, product.GroupBy(x => x.Event.TimeMs).MaxBy(g => g.Key)!
                .Select(x => Encoding.UTF8.GetString(names[x.Event.Name])).Min(StringComparer.Ordinal)!));

        public Ratio SoldShare()
        {
            var named = Of(e => e.Product >= 0 && e.Type != EventType.Unlist);
            var (listed, paid) = (Of(e => e.Type == EventType.List), Of(e => e.Type == EventType.Payment));
            return new Ratio(paid.Count, listed.Count == 0 ? named.Count : listed.Union(paid).Count());
        }

        private HashSet<string> Of(Predicate<RoomEvent> which) => [.. Events.Where(x => which(x.Event)).Select(x => IdOf(x.Event))];

        private string IdOf(in RoomEvent e) => e.Product < 0 ? "" : Encoding.UTF8.GetString(names[e.Product]);

        // At one time: ends, then starts by product, the session's end last. An explanation that is open ends at T.
        private IEnumerable<(string Product, long FromMs, long ToMs)> Intervals(long asOfMs)
        {
            EventType[] order = [EventType.ExplainEnd, EventType.ExplainStart, EventType.End];
            (string Product, long FromMs)? open = null;
            foreach (var (e, _) in Events.Where(x => order.Contains(x.Event.Type)).OrderBy(x => x.Event.TimeMs)
                .ThenBy(x => Array.IndexOf(order, x.Event.Type)).ThenBy(x => IdOf(x.Event), StringComparer.Ordinal))
            {
                if (open is { } closed && (e.Type != EventType.ExplainEnd || closed.Product == IdOf(e)))
                {
                    yield return (closed.Product, closed.FromMs, e.TimeMs);
                    open = null;
                }

                open = e.Type == EventType.ExplainStart ? (IdOf(e), e.TimeMs) : open;
            }

            if (open is { } last)
            {
                yield return (last.Product, last.FromMs, asOfMs);
            }
        }
    }
}
