using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Products;

/// <summary>Against lists made anew from all events, of the window and of the one before it, at every hop.</summary>
public sealed class HotProductsTests
{
    private static readonly EventType[] Types = [EventType.Click, EventType.Click, EventType.Impression, EventType.Cart, EventType.Order, EventType.Payment];

    [Theory]
    [InlineData(1, new[] { 1 }, 3, 20)]
    [InlineData(2, new[] { 1, 2 }, 10, 300)]
    [InlineData(3, new[] { 2, 3, 4 }, 100, 60)]
    [InlineData(4, new[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 1, 40)]
    public void RanksTheEventsOfTheWindow(int seed, int[] minutes, int top, int products)
    {
        var random = new Random(seed);
        var options = new HotProductOptions(1, random.Next(4), 5, 8, top);
        var windows = Made.Windows(minutes);
        var longest = windows[^1].Seconds;
        var names = new NameTable();
        var table = new ProductTable(names, 10_000);
        var origin = random.Next(10_000);
        var hot = new HotProducts(options, windows, table, origin);
        var model = new Model(options);
        var figures = new WindowFigures("w");
        for (var second = 0; second < longest * 6; second++)
        {
            var quiet = second > longest && second < longest * 4;
            second += second == longest * 7 / 2 ? random.Next(longest / 3) : 0;
            for (var i = quiet ? 0 : random.Next(random.Next(60) == 0 ? 40 : 3); i > 0; i--)
            {
                var id = $"p{Math.Min(random.Next(products), random.Next(products))}";
                var e = Made.Event(Types[random.Next(Types.Length)], second * 1000L, detail: 0, count: random.Next(1, 4));
                EventDetail[] details = [new EventDetail { Value = random.Next(3) }];
                hot.Apply(ref table.FindOrAdd(names.Intern(Encoding.UTF8.GetBytes(id))), e, details);
                model.Events.Add((second, id, e.Type, e.Count, details[0].Value));
            }

            Assert.Equal(model.Events.Where(x => x.Second == second).Select(x => x.Id).Distinct().Count(), hot.Second.Length);
            if (random.Next(longest / 2) == 0)
            {
                // The products are restored first; they stay the same here.
                var copy = new HotProducts(options, windows, table, origin);
                Made.HandOver(hot.Save, copy.Restore);
                hot = copy;
            }

            hot.Close(second);
            for (var w = 0; w < windows.Length; w++)
            {
                if (windows[w].SlidesAt(origin + second + 1))
                {
                    hot.Slide(second, new SlidWindow(w, windows[w], origin + second + 1), figures);
                    Assert.Equal(model.Window(second + 1, windows[w].Seconds), Model.Rows(figures));
                }
            }

            if (random.Next(20) == 0)
            {
                hot.Fill(figures);
                Assert.Equal(model.Session(second + 1), Model.Rows(figures));
            }
        }
    }

    private sealed class Model(HotProductOptions options)
    {
        public List<(int Second, string Id, EventType Type, int Units, long Amount)> Events { get; } = [];

        public static IEnumerable<string> Rows(WindowFigures figures) => figures.HotProducts.Select(row => Text(
            Encoding.UTF8.GetString(row.Product), row.PreviousRank, row.Score, row.Counts));

        public IEnumerable<string> Session(int t)
        {
            foreach (var (id, score, counts) in Ranked(0, t))
            {
                yield return Text(id, 0, score, counts);
            }
        }

        public IEnumerable<string> Window(int t, int seconds)
        {
            var before = Ranked(t - (2 * seconds), t - seconds).Select(row => row.Id).ToList();
            foreach (var (id, score, counts) in Ranked(t - seconds, t))
            {
                yield return Text(id, before.IndexOf(id) + 1, score, counts);
            }
        }

        private static string Text(string id, int previousRank, long score, in ProductCounts c) =>
            $"{id} was {previousRank}: {score} = {c.Impressions} {c.Clicks} {c.Carts} {c.Orders} {c.Payments} {c.Units} {c.GmvMinor}";

        private IEnumerable<(string Id, long Score, ProductCounts Counts)> Ranked(int from, int to) => Events
            .Where(e => e.Second >= from && e.Second < to).GroupBy(e => e.Id)
            .Select(product => (Id: product.Key, Counts: new ProductCounts
            {
                Impressions = (uint)product.Count(e => e.Type == EventType.Impression),
                Clicks = (uint)product.Count(e => e.Type == EventType.Click),
                Carts = (uint)product.Count(e => e.Type == EventType.Cart),
                Orders = (uint)product.Count(e => e.Type == EventType.Order),
                Payments = (uint)product.Count(e => e.Type == EventType.Payment),
                Units = product.Where(e => e.Type == EventType.Payment).Sum(e => e.Units),
                GmvMinor = product.Where(e => e.Type == EventType.Payment).Sum(e => e.Amount),
            }))
            .Select(p => (p.Id, Score: (p.Counts.Clicks * options.Click) + (p.Counts.Carts * options.Cart)
                + (p.Counts.Orders * options.Order) + (p.Counts.Payments * options.Payment), p.Counts))
            .Where(p => p.Score > 0)
            .OrderByDescending(p => p.Score).ThenByDescending(p => p.Counts.GmvMinor).ThenBy(p => p.Id, StringComparer.Ordinal).Take(options.Top);
    }
}
