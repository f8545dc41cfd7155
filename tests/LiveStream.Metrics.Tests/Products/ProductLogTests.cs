using LiveStream.Metrics.Events;
using LiveStream.Metrics.Products;

namespace LiveStream.Metrics.Tests.Products;

public sealed class ProductLogTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 62)]
    [InlineData(3, 302)]
    public void KeepsTheEventsOfItsLastSecondsInOrder(int seed, int seconds)
    {
        var random = new Random(seed);
        var log = new ProductLog(seconds);
        var model = new List<List<ProductEvent>>();
        for (var second = 0; second < (seconds * 3) + 10; second++)
        {
            model.Add([]);
            for (var i = random.Next(6); i > 1; i--)
            {
                var e = new ProductEvent(random.Next(9), EventType.Payment, random.Next(5), random.Next(100));
                log.Add(e);
                model[second].Add(e);
            }

            log.Close(second);
            var oldest = Math.Max(0, second - seconds + 1);
            for (var probe = 0; probe < 5; probe++)
            {
                var from = random.Next(oldest, second + 1);
                var to = random.Next(from, second + 1);
                var read = new List<ProductEvent>();
                for (var p = log.EndOf(from); p < log.EndOf(to); p++)
                {
                    read.Add(log.At(p));
                }

                Assert.Equal(model[(from + 1)..(to + 1)].SelectMany(e => e), read);
            }

            Assert.InRange(log.Count, 0, model.TakeLast(seconds + 1).Sum(s => s.Count));
            Assert.Equal(0, log.EndOf(-1));
        }
    }
}
