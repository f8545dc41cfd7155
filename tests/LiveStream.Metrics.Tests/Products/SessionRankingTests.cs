using System.Text;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

/// <summary>Against a sort of all products, after every change.</summary>
public sealed class SessionRankingTests
{
    [Theory]
    [InlineData(1, 1, 40)]
    [InlineData(2, 10, 8)]
    [InlineData(3, 10, 300)]
    [InlineData(4, 100, 150)]
    public void IsTheTopOfAFullSort(int seed, int top, int products)
    {
        var random = new Random(seed);
        var options = new HotProductOptions(1, seed % 2 == 0 ? 3 : 0, 5, 8, top);
        var names = new NameTable();
        var table = new ProductTable(names, 1_000_000);
        var rows = new ProductRows(options, 1);
        var ranking = new SessionRanking(rows, table, 0, top);
        for (var i = 0; i < 3_000; i++)
        {
            var product = table.FindOrAdd(names.Intern(Encoding.UTF8.GetBytes($"{random.Next(products) * 7919 % 10_007}"))).Number;
            rows.Ensure(table.Count);
            var payments = (uint)random.Next(2);
            rows.Add(product, new ProductCounts
            {
                Clicks = (uint)random.Next(2), Carts = (uint)random.Next(2), Impressions = 1, Payments = payments, GmvMinor = payments * random.Next(3),
            });
            ranking.Change(product);
            int[] expected =
            [
                .. Enumerable.Range(0, table.Count).Where(p => rows.ScoreOf(p, 0) > 0)
                    .OrderByDescending(p => rows.ScoreOf(p, 0)).ThenByDescending(p => rows.GmvMinorOf(p, 0))
                    .ThenBy(p => Encoding.UTF8.GetString(table.IdOf(p)), StringComparer.Ordinal).Take(top),
            ];
            Assert.Equal(expected, ranking.Top.ToArray());
            if (random.Next(50) == 0)
            {
                ranking.ChooseAnew();
                Assert.Equal(expected, ranking.Top.ToArray());
            }
        }
    }

    // As in an image that was taken while the second in which a product came first was open.
    [Fact]
    public void AProductWithoutCountsIsNotRanked()
    {
        var names = new NameTable();
        var table = new ProductTable(names, 1_000);
        var rows = new ProductRows(new HotProductOptions(), 1);
        var ranking = new SessionRanking(rows, table, 0, 10);
        table.FindOrAdd(names.Intern("a"u8));
        ranking.ChooseAnew();
        Assert.Empty(ranking.Top.ToArray());
        rows.Ensure(1);
        rows.Add(0, new ProductCounts { Clicks = 1 });
        for (var i = 0; i < 100; i++)
        {
            table.FindOrAdd(names.Intern(Encoding.UTF8.GetBytes($"b{i}")));
        }

        ranking.ChooseAnew();
        Assert.Equal([0], ranking.Top.ToArray());
    }
}
