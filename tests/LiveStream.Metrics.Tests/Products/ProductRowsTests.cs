using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

public sealed class ProductRowsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 5)]
    [InlineData(5, 9)]
    public void KeepsTheCountsOfEveryProductInEveryScope(int seed, int scopes)
    {
        var random = new Random(seed);
        var options = new HotProductOptions(random.Next(1_000_001), random.Next(3), random.Next(1_000_001), random.Next(9));
        var rows = new ProductRows(options, scopes);
        var model = new List<ProductCounts[]>();
        var places = new List<byte[]>();
        for (var i = 0; i < 5000; i++)
        {
            if (random.Next(30) == 0 || model.Count == 0)
            {
                var added = random.Next(1, 40);
                model.AddRange(Enumerable.Range(0, added).Select(_ => new ProductCounts[scopes]));
                places.AddRange(Enumerable.Range(0, added).Select(_ => new byte[scopes]));
                rows.Ensure(model.Count);
            }

            var product = random.Next(model.Count);
            var scope = random.Next(scopes);
            rows.Prefetch(product);
            if (random.Next(2) == 0)
            {
                var counts = Counts(random);
                rows.Add(product, counts);
                foreach (ref var each in model[product].AsSpan())
                {
                    each = Sum(each, counts, 1);
                }
            }
            else
            {
                var part = Part(model[product][scope], random);
                rows.Subtract(product, scope, part);
                model[product][scope] = Sum(model[product][scope], part, -1);
            }

            if (random.Next(200) == 0)
            {
                var copy = new ProductRows(options, scopes);
                Made.HandOver(rows.Save, (ref reader) => copy.Restore(ref reader, model.Count));
                rows = copy;
            }

            rows.PlaceOf(product, scope) = places[product][scope] = (byte)random.Next(256);
            Check(rows, options, model, places, random.Next(model.Count));
            Check(rows, options, model, places, product);
        }
    }

    private static void Check(ProductRows rows, HotProductOptions options, List<ProductCounts[]> model, List<byte[]> places, int product)
    {
        for (var scope = 0; scope < model[product].Length; scope++)
        {
            var c = model[product][scope];
            Assert.Equal(c, rows.CountsOf(product, scope));
            Assert.Equal(c.GmvMinor, rows.GmvMinorOf(product, scope));
            var score = (options.Click * (long)c.Clicks) + (options.Cart * (long)c.Carts) + (options.Order * (long)c.Orders) + (options.Payment * (long)c.Payments);
            Assert.Equal(score, rows.ScoreOf(product, scope));
            Assert.Equal(places[product][scope], rows.PlaceOf(product, scope));
        }
    }

    private static ProductCounts Counts(Random random)
    {
        var counts = new ProductCounts
        {
            Impressions = (uint)random.Next(9), Clicks = (uint)random.Next(9), Carts = (uint)random.Next(9), Orders = (uint)random.Next(9),
            Payments = (uint)random.Next(2),
        };
        counts.Units = counts.Payments * random.NextInt64(1_000_000);
        counts.GmvMinor = counts.Payments * (Int128)random.NextInt64();
        return counts;
    }

    // Without a payment neither units nor money can leave.
    private static ProductCounts Part(in ProductCounts of, Random random)
    {
        var paid = of.Payments > 0 && random.Next(2) == 0;
        return new ProductCounts
        {
            Impressions = (uint)random.NextInt64(of.Impressions + 1), Clicks = of.Clicks, Carts = (uint)random.NextInt64(of.Carts + 1), Orders = of.Orders,
            Payments = paid ? of.Payments : 0, Units = paid ? of.Units : 0, GmvMinor = paid ? of.GmvMinor : 0,
        };
    }

    private static ProductCounts Sum(in ProductCounts left, in ProductCounts right, int sign) => new()
    {
        Impressions = (uint)(left.Impressions + (sign * (long)right.Impressions)),
        Clicks = (uint)(left.Clicks + (sign * (long)right.Clicks)),
        Carts = (uint)(left.Carts + (sign * (long)right.Carts)),
        Orders = (uint)(left.Orders + (sign * (long)right.Orders)),
        Payments = (uint)(left.Payments + (sign * (long)right.Payments)),
        Units = left.Units + (sign * right.Units),
        GmvMinor = left.GmvMinor + (sign * right.GmvMinor),
    };
}
