using System.Text;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

/// <summary>Against a sort of all products, after every few changes.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class RankingTests
{
    private const int Scope = 1;

    // Few distinct scores make ties that reach below the list, many products make candidates overflow, short lives make products fall.
    [Theory]
    [InlineData(1, 1, 400, 30)]
    [InlineData(2, 2, 30, 100)]
    [InlineData(3, 10, 3000, 2000)]
    [InlineData(4, 10, 500, 400)]
    [InlineData(5, 10, 500, 20_000)]
    [InlineData(6, 100, 2000, 3000)]
    [InlineData(7, 100, 90, 500)]
    [InlineData(8, 37, 5000, 8000)]
    public void IsTheTopOfAFullSort(int seed, int top, int products, int life)
    {
        var drive = new Drive(seed, top, random: new Random(seed));
        for (var i = 0; i < 12_000; i++)
        {
            drive.Add(products, i);
            drive.TakeOut(i - life);
            if (drive.Random.Next(8) == 0)
            {
                Assert.Equal(drive.Expected(), drive.Ranking.Top.ToArray());
            }
        }

        // Everything leaves, the leaders first.
        for (var i = 12_000 - life; i < 12_000; i++)
        {
            drive.TakeOut(i);
            if (drive.Random.Next(8) == 0 || i > 11_950)
            {
                Assert.Equal(drive.Expected(), drive.Ranking.Top.ToArray());
            }
        }

        Assert.Empty(drive.Ranking.Top.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void ProductsThatAreAllAlikeAreRankedByMoneyAndId(int top)
    {
        var drive = new Drive(1, top, new Random(1));
        for (var product = 0; product < 700; product++)
        {
            drive.Add(product, new ProductCounts { Payments = 1, GmvMinor = product % 3 });
        }

        Assert.Equal(drive.Expected(), drive.Ranking.Top.ToArray());
        for (var product = 699; product >= 0; product -= 2)
        {
            drive.Add(product, new ProductCounts { Clicks = 1 });
        }

        Assert.Equal(drive.Expected(), drive.Ranking.Top.ToArray());
    }

    // Candidates overflow, the leaders fall, all are chosen from anew: with room that was made the first time.
    [Fact]
    public void ChoosingAnewAllocatesNothingTheSecondTime()
    {
        var drive = new Drive(1, 10, new Random(1));
        long allocated = -1;
        for (var round = 0; round < 4; round++)
        {
            for (var product = 0; product < 500; product++)
            {
                drive.Add(product, new ProductCounts { Clicks = (uint)(product + 1) });
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            var best = drive.Ranking.Top[0];
            for (var product = 499; product >= 0; product--)
            {
                drive.Subtract(product, new ProductCounts { Clicks = (uint)(product + 1) });
                Assert.True(product == 0 ? drive.Ranking.Top.IsEmpty : drive.Ranking.Top[0] == product - 1);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(499, best);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void AScoreOfNothingIsNotRanked()
    {
        var drive = new Drive(1, 10, new Random(1));
        drive.Add(0, new ProductCounts { Impressions = 5 });
        Assert.Empty(drive.Ranking.Top.ToArray());
    }

    private sealed class Drive
    {
        private readonly HotProductOptions _options;
        private readonly NameTable _names = new();
        private readonly ProductTable _products;
        private readonly ProductRows _rows;
        private readonly Dictionary<int, (int Product, ProductCounts Counts)> _events = [];

        public Drive(int seed, int top, Random random)
        {
            Random = random;
            _options = new HotProductOptions(1, seed % 2 == 0 ? 3 : 0, 5, 8, top);
            _products = new ProductTable(_names, 1_000_000);
            _rows = new ProductRows(_options, Scope + 1);
            Ranking = new Ranking(_rows, _products, Scope, top);
        }

        public Random Random { get; }

        public Ranking Ranking { get; }

        // Popular products lead for a while, then others do.
        public void Add(int products, int time)
        {
            var leads = Random.Next(3) == 0 ? (time / 3000 * 7) + Random.Next(5) : Random.Next(products);
            var counts = default(ProductCounts);
            _ = Random.Next(5) switch
            {
                0 => counts.Carts = 1,
                1 => counts.Payments = 1,
                2 => counts.Orders = 2,
                3 => counts.Impressions = 1,
                _ => counts.Clicks = 1,
            };
            counts.GmvMinor = counts.Payments * (Int128)Random.Next(3);
            _events[time] = (Add(leads % products, counts), counts);
        }

        public int Add(int id, in ProductCounts counts)
        {
            var product = _products.FindOrAdd(_names.Intern(Encoding.UTF8.GetBytes($"{id * 7919 % 10_007}"))).Number;
            _rows.Ensure(_products.Count);
            _rows.Add(product, counts);
            Ranking.Change(product);
            return product;
        }

        public void TakeOut(int time)
        {
            if (_events.Remove(time, out var leaving))
            {
                Subtract(leaving.Product, leaving.Counts);
            }
        }

        public void Subtract(int product, in ProductCounts counts)
        {
            _rows.Subtract(product, Scope, counts);
            Ranking.Change(product);
        }

        public int[] Expected() =>
        [
            .. Enumerable.Range(0, _products.Count).Where(p => _rows.ScoreOf(p, Scope) > 0)
                .OrderByDescending(p => _rows.ScoreOf(p, Scope)).ThenByDescending(p => _rows.GmvMinorOf(p, Scope))
                .ThenBy(p => Encoding.UTF8.GetString(_products.IdOf(p)), StringComparer.Ordinal).Take(_options.Top),
        ];
    }
}
