using LiveStream.App.Simulate;
using LiveStream.Metrics.Events;

namespace LiveStream.App.Tests.Simulate;

[Collection(nameof(MeasuredAlone))]
public sealed class W1GeneratorTests
{
    private const int Events = 600_000;

    private static readonly SimulationOptions Options = SimulationOptions.For(Workload.W1) with { Events = Events };

    [Fact]
    public void TypesComeInTheMixOfTheWorkload()
    {
        var counts = new double[EventTypes.Count];
        Run(Options, (in SimulatedEvent e) => counts[(int)e.Type]++);

        (EventType Type, double Percent)[] mix =
        [
            (EventType.Like, 55), (EventType.Barrage, 15), (EventType.Heartbeat, 10), (EventType.Click, 9), (EventType.Enter, 4),
            (EventType.Leave, 2), (EventType.Cart, 3), (EventType.Order, 1), (EventType.Payment, 0.9), (EventType.Refund, 0.1),
        ];
        foreach (var (type, percent) in mix)
        {
            Assert.InRange(counts[(int)type] * 100 / Events, percent * 0.9, percent * 1.1);
        }

        Assert.Equal(Events, counts.Sum());
    }

    [Fact]
    public void RoomsAndProductsFollowZipfWithItsHead()
    {
        var rooms = new double[1000];
        var products = new double[W1Generator.ProductsPerRoom];
        var clicks = 0.0;
        Run(Options, (in SimulatedEvent e) =>
        {
            rooms[e.Room]++;
            if (e.Type == EventType.Click)
            {
                products[e.Product]++;
                clicks++;
            }
        });

        Assert.InRange(rooms[0] / Events, 0.175, 0.185);
        Assert.InRange(rooms[0] / rooms[1], 2.0, 2.3);
        Assert.InRange(products[0] / clicks, 0.18, 0.21);
        Assert.All(rooms, count => Assert.True(count > 0));
    }

    [Fact]
    public void ViewersAreAtHomeInOneRoomAndSpreadOverAllIndices()
    {
        var roomOf = new Dictionary<int, int>();
        Run(Options, (in SimulatedEvent e) => Assert.Equal(e.Room, roomOf.TryAdd(e.Viewer, e.Room) ? e.Room : roomOf[e.Viewer]));

        Assert.InRange(roomOf.Count, 400_000, 500_000);
        Assert.InRange(roomOf.Keys.Max(), 990_000, 999_999);
    }

    [Fact]
    public void EventTimeRunsSixtySecondsPerSixMillionEventsWithTheStatedDisorder()
    {
        var disordered = 0;
        var late = 0;
        var previousSendMs = 0L;
        var lastSendMs = 0L;
        Run(Options, (in SimulatedEvent e) =>
        {
            Assert.True(e.SendMs >= previousSendMs);
            Assert.True(e.TimeMs >= Options.FirstMs);
            previousSendMs = e.SendMs;
            lastSendMs = e.SendMs;
            var delayMs = e.SendMs - e.TimeMs;
            disordered += delayMs is > 0 and <= 1500 ? 1 : 0;
            late += delayMs > 2000 ? 1 : 0;
            Assert.False(delayMs is > 1500 and <= 2000);
        });

        Assert.Equal(Options.FirstMs + 5999, lastSendMs);
        Assert.InRange(disordered / (double)Events, 0.045, 0.055);
        Assert.InRange(late, 1, Events / 1000);
    }

    [Fact]
    public void PaymentsNameEarlierOrdersAndRefundsEarlierPayments()
    {
        var ordered = new HashSet<(int, long)>();
        var paid = new HashSet<(int, long)>();
        var payments = 0;
        var unordered = 0;
        Run(Options, (in SimulatedEvent e) =>
        {
            if (e.Type == EventType.Order)
            {
                Assert.True(ordered.Add((e.Viewer, e.Order)));
            }
            else if (e.Type == EventType.Payment)
            {
                payments++;
                unordered += ordered.Contains((e.Viewer, e.Order)) ? 0 : 1;
                Assert.True(paid.Add((e.Viewer, e.Order)));
            }
            else if (e.Type == EventType.Refund && paid.Count > 0)
            {
                Assert.Contains((e.Viewer, e.Order), paid);
            }
        });

        Assert.InRange(unordered, 1, payments / 3);
    }

    [Fact]
    public void MakesEventsWithoutAllocating()
    {
        var generator = new W1Generator(Options);
        var e = default(SimulatedEvent);
        var line = new byte[SimulatedEventJson.MaxBytes];
        for (var i = 0; i < 50_000; i++)
        {
            generator.Next(ref e);
            SimulatedEventJson.Write(in e, line);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50_000; i++)
        {
            generator.Next(ref e);
            SimulatedEventJson.Write(in e, line);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private delegate void Visit(in SimulatedEvent e);

    private static void Run(SimulationOptions options, Visit visit)
    {
        var generator = new W1Generator(options);
        var e = default(SimulatedEvent);
        while (generator.Next(ref e))
        {
            visit(in e);
        }
    }
}
