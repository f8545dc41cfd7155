using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

public sealed class RecentUnitsTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 400)]
    public void AddsUpTheUnitsPaidInFiveMinutes(int seed, int products)
    {
        var random = new Random(seed);
        var recent = new RecentUnits();
        var model = new List<(int Second, int Product, long Units)>();
        for (var second = 0; second < 2000; second++)
        {
            second += second == 1000 ? 500 : 0;
            var entries = Enumerable.Range(0, products).OrderBy(_ => random.Next()).Take(random.Next(random.Next(300) < 200 ? 3 : 1))
                .Select(product => new SecondOfProduct
                {
                    Product = product,
                    Counts = new ProductCounts { Clicks = 1, Payments = (uint)random.Next(2), Units = random.Next(1, 1_000_000) },
                }).ToArray();
            recent.Close(second, entries);
            model.AddRange(entries.Where(e => e.Counts.Payments > 0).Select(e => (second, e.Product, e.Counts.Units)));
            if (random.Next(100) == 0)
            {
                var copy = new RecentUnits();
                Made.HandOver(recent.Save, (ref reader) => copy.Restore(ref reader, products));
                recent = copy;
            }

            var product = random.Next(products + 20);
            Assert.Equal(model.Where(m => m.Product == product && m.Second > second - 300).Sum(m => m.Units), recent.Of(product));
        }
    }
}
