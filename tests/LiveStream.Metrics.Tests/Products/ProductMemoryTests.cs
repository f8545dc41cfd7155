using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Tests.Products;

/// <summary>The ranking remembers products and seconds, not events.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ProductMemoryTests
{
    // The largest room of W1: 18,000 events a second, of which 14 in a hundred are about one of 500 products. One entry an event took 36 MB.
    [Fact]
    public void TenMinutesOfALargeRoomFitInAFewMegabytes()
    {
        var bytes = MeasuredAlone.BytesOf(() => Filled(eventsPerSecond: 2_500, products: 500));
        Assert.InRange(bytes, 100_000, 3_000_000);
    }

    // Larger counts take a byte or two more, and the log's ring is a power of two.
    [Fact]
    public void TenTimesTheEventsTakeTwiceTheBytesAtMostOnceEveryProductIsInEverySecond()
    {
        var few = MeasuredAlone.BytesOf(() => Filled(eventsPerSecond: 1_000, products: 20));
        var many = MeasuredAlone.BytesOf(() => Filled(eventsPerSecond: 10_000, products: 20));
        Assert.InRange(many, few / 2, few * 9 / 4);
    }

    private static (HotProducts, NameTable) Filled(int eventsPerSecond, int products)
    {
        var options = new EngineOptions();
        var windows = Made.Windows(1, 5, 10);
        var (names, random) = (new NameTable(), new Random(42));
        var table = new ProductTable(names, products);
        var hot = new HotProducts(options.HotProducts, windows, table, 0);
        var figures = new WindowFigures("w");
        EventDetail[] details = [new EventDetail { Value = 9_900 }];
        Assert.All(Enumerable.Range(0, products), number => Assert.Equal(number, names.Intern(BitConverter.GetBytes(number))));
        for (var second = 0; second < 700; second++)
        {
            for (var i = 0; i < eventsPerSecond; i++)
            {
                // Zipf: the logarithm of the place is spread evenly.
                var product = (int)Math.Exp(random.NextDouble() * Math.Log(products + 1)) - 1;
                var e = Made.Event(TypeOf(random.Next(139)), second * 1000L, detail: 0);
                hot.Apply(ref table.FindOrAdd(product), e, details);
            }

            hot.Close(second);
            for (var w = 0; w < windows.Length; w++)
            {
                if (windows[w].SlidesAt(second + 1))
                {
                    hot.Slide(second, new SlidWindow(w, windows[w], second + 1), figures);
                }
            }
        }

        return (hot, names);
    }

    private static EventType TypeOf(int of139) => of139 switch
    {
        < 90 => EventType.Click,
        < 120 => EventType.Cart,
        < 130 => EventType.Order,
        _ => EventType.Payment,
    };
}
