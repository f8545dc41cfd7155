using LiveStream.Metrics.Products;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

public sealed class ProductLogTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 62)]
    [InlineData(3, 302)]
    public void KeepsWhatHappenedInItsLastSecondsInOrder(int seed, int seconds)
    {
        var random = new Random(seed);
        var log = new ProductLog(seconds);
        var model = new Dictionary<int, List<(int Product, ProductCounts Counts)>>();
        for (var second = 0; second < (seconds * 4) + 10; second++)
        {
            // Once it holds nothing any more, seconds may be left out.
            var quiet = second > seconds && second < seconds * 5 / 2;
            second += log.Count == 0 && quiet ? random.Next(seconds) : 0;
            model[second] = [];
            for (var i = quiet ? 0 : random.Next(6); i > 1; i--)
            {
                var entry = (Product: random.Next(random.Next(2) == 0 ? 9 : 100_000), Counts: Counts(random));
                log.Append(entry.Product, entry.Counts);
                model[second].Add(entry);
            }

            log.Close(second);
            if (random.Next(seconds / 2 + 1) == 0)
            {
                var copy = new ProductLog(seconds);
                Made.HandOver(log.Save, copy.Restore);
                log = copy;
            }

            for (var probe = 0; probe < 5; probe++)
            {
                var read = random.Next(Math.Max(0, second - seconds + 2), second + 1);
                Assert.Equal(model.GetValueOrDefault(read, []), Read(log, read));
            }
        }

        Assert.Equal(seconds, log.Seconds);
        Assert.InRange(log.Count, 1, model.Where(s => s.Key > model.Keys.Max() - seconds).Sum(s => s.Value.Count) * 60);
    }

    // Ten times the events, each of a tenth of the amount: as many entries, and as many bytes in each.
    [Fact]
    public void IsBoundedByProductsAndSecondsNotByEvents()
    {
        var few = Filled(lines: 2, amount: 1000);
        var many = Filled(lines: 20, amount: 100);
        Assert.Equal(few.Count, many.Count);
        Assert.InRange(few.Count, 0, 600 * 500 * 12);
        Assert.Equal(0, Filled(lines: 0, amount: 0).Count);
    }

    // A product with a payment of the largest amounts and units that there are.
    [Fact]
    public void SumsBeyond64BitsAreKept()
    {
        var log = new ProductLog(5);
        var counts = new ProductCounts
        {
            GmvMinor = (Int128)ulong.MaxValue * 100_000, Units = long.MaxValue, Impressions = uint.MaxValue, Clicks = uint.MaxValue, Payments = uint.MaxValue,
        };
        log.Append(int.MaxValue, counts);
        log.Close(0);
        Assert.Equal([(int.MaxValue, counts)], Read(log, 0));
    }

    private static ProductLog Filled(uint lines, long amount)
    {
        var log = new ProductLog(600);
        for (var second = 0; second < 700; second++)
        {
            for (var product = 0; product < 500 && lines > 0; product++)
            {
                var sold = product % 10 == 0;
                log.Append(product, new ProductCounts
                {
                    Clicks = lines, Carts = lines, Orders = sold ? lines : 0, Payments = sold ? lines : 0,
                    Units = sold ? lines : 0, GmvMinor = sold ? amount * lines : 0,
                });
            }

            log.Close(second);
        }

        return log;
    }

    private static ProductCounts Counts(Random random)
    {
        var most = random.Next(3) switch { 0 => 2, 1 => 300, _ => int.MaxValue };
        var counts = new ProductCounts
        {
            Impressions = (uint)random.Next(most), Clicks = (uint)random.Next(most), Carts = (uint)random.Next(most), Orders = (uint)random.Next(most),
            Payments = (uint)random.Next(most),
        };
        counts.Units = counts.Payments == 0 ? 0 : random.NextInt64();
        counts.GmvMinor = counts.Payments == 0 ? 0 : (Int128)random.NextInt64() * random.Next(3) * random.Next(100_000);
        return counts;
    }

    private static List<(int Product, ProductCounts Counts)> Read(ProductLog log, int second)
    {
        var read = new List<(int Product, ProductCounts Counts)>();
        Assert.Equal(log.Seek(second, out var end), log.Read(end, out var product, out var counts));
        for (var more = log.Seek(second, out end) && log.Read(end, out product, out counts); more; more = log.Read(end, out product, out counts))
        {
            read.Add((product, counts));
        }

        return read;
    }
}
