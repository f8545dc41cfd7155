using BenchmarkDotNet.Attributes;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Products;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Bench.Micro.Stages;

/// <summary>
/// The ranking of W1's largest room: 2,500 events a second of 500 products by zipf, added, taken out again as they leave the default windows, top
/// lists chosen at each hop. Per event.
/// </summary>
public class ProductRanking
{
    private const int Products = 500;
    private const int EventsPerSecond = 2_500;
    private const int Seconds = 60;

    private readonly WindowSpec[] _windows = [new(1), new(5), new(10)];
    private readonly WindowFigures _figures = new("w");
    private readonly RoomEvent[] _events = new RoomEvent[EventsPerSecond * Seconds];
    private readonly EventDetail[] _details = [new EventDetail { Value = 9_900 }];
    private ProductTable _products = null!;
    private HotProducts _hot = null!;
    private int _second;

    /// <summary>Makes a minute of events and fills the windows.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var (random, names) = (new Random(42), new NameTable());
        _products = new ProductTable(names, Products);
        _hot = new HotProducts(new HotProductOptions(), _windows, _products, originSecond: 0);
        for (var number = 0; number < Products; number++)
        {
            names.Intern(BitConverter.GetBytes(number));
        }

        foreach (ref var e in _events.AsSpan())
        {
            // Zipf: the logarithm of the place is spread evenly.
            e.Product = (int)Math.Exp(random.NextDouble() * Math.Log(Products + 1)) - 1;
            e.Type = random.Next(139) switch { < 90 => EventType.Click, < 120 => EventType.Cart, < 130 => EventType.Order, _ => EventType.Payment };
            e.Count = 1;
        }

        for (var minute = 0; minute < 12; minute++)
        {
            Rank();
        }
    }

    /// <summary>A minute.</summary>
    [Benchmark(OperationsPerInvoke = EventsPerSecond * Seconds)]
    public void Rank()
    {
        for (var i = 0; i < Seconds; i++, _second++)
        {
            foreach (ref readonly var e in _events.AsSpan(i * EventsPerSecond, EventsPerSecond))
            {
                _hot.Apply(ref _products.FindOrAdd(e.Product), e, _details);
            }

            _hot.Close(_second);
            for (var w = 0; w < _windows.Length; w++)
            {
                if (_windows[w].SlidesAt(_second + 1))
                {
                    _hot.Slide(_second, new SlidWindow(w, _windows[w], _second + 1), _figures);
                }
            }
        }

        // The list of the ten minutes was filled last, and its minutes are alike.
        var minutes = Math.Min(10, _second / Seconds);
        long counted = 0;
        foreach (var row in _figures.HotProducts)
        {
            counted += row.Counts.Clicks;
        }

        if (counted == 0 || counted % minutes != 0)
        {
            throw new InvalidOperationException($"{counted} clicks in {minutes} minutes that are alike.");
        }
    }
}
