using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>
/// Workload W1 of the benchmarks: zipf rooms, each with its share of the viewers, zipf products, a fixed mix of types, events at an
/// even rate of event time, some out of order, few beyond the lateness. Payments name earlier orders, refunds earlier payments.
/// Allocates nothing after construction. Not thread-safe; two instances with the same options make the same events.
/// </summary>
public sealed class W1Generator : IEventSource
{
    /// <summary>Products of one room.</summary>
    public const int ProductsPerRoom = 500;

    /// <summary>Exponent of the traffic of rooms and of the popularity of products.</summary>
    public const double ZipfExponent = 1.1;

    private const int OrdersBeforePaying = 1000;
    private const int Remembered = 4096;

    private static readonly EventType[] MixTypes =
    [
        EventType.Like, EventType.Barrage, EventType.Heartbeat, EventType.Click, EventType.Enter,
        EventType.Leave, EventType.Cart, EventType.Order, EventType.Payment, EventType.Refund,
    ];

    private static readonly byte[] LikeCounts = [1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10];

    private readonly AliasTable _rooms;
    private readonly AliasTable _products = AliasTable.Zipf(ProductsPerRoom, ZipfExponent);
    private readonly AliasTable _types = new([55, 15, 10, 9, 4, 2, 3, 1, 0.9, 0.1]);
    private readonly int[] _viewerStarts;
    private readonly Sale[] _unpaid = new Sale[Remembered];
    private readonly Sale[] _paid = new Sale[Remembered];
    private readonly long _firstMs;
    private readonly double _msPerEvent;
    private readonly long _limit;
    private readonly uint _lateBelow;
    private readonly uint _disorderBelow;
    private readonly int _disorderMs;
    private readonly int _latenessMs;
    private SeededRandom _random;
    private long _made;
    private long _orders;
    private int _unpaidHead;
    private int _unpaidCount;
    private long _paidCount;

    /// <param name="options">Validated; values that are null take W1's own.</param>
    public W1Generator(SimulationOptions options)
    {
        var rate = options.Rate ?? 100_000;
        _random = new SeededRandom(options.Seed, 1);
        _rooms = AliasTable.Zipf(options.Rooms, ZipfExponent);
        _viewerStarts = ViewerStarts(_rooms.Shares, options.Viewers ?? 1_000_000);
        _firstMs = options.FirstMs;
        _msPerEvent = 1000 / rate;
        _limit = options.Events ?? (options.Minutes is { } minutes ? (long)(minutes * 60 * rate) : long.MaxValue);
        _lateBelow = Threshold(options.Late);
        _disorderBelow = Threshold(options.Late + options.Disorder);
        _disorderMs = options.DisorderMs;
        _latenessMs = options.LatenessMs;
    }

    /// <inheritdoc/>
    public bool Ended => _made >= _limit;

    /// <summary>Fills the next event; false when the number of events is reached.</summary>
    public bool Next(ref SimulatedEvent e) => TryNext(long.MaxValue, ref e);

    /// <inheritdoc/>
    public bool TryNext(long untilMs, ref SimulatedEvent e)
    {
        var sendMs = _firstMs + (long)(_made * _msPerEvent);
        if (sendMs > untilMs || _made >= _limit)
        {
            return false;
        }

        _made++;
        var room = _rooms.Pick(_random.Next());
        var type = MixTypes[_types.Pick(_random.Next())];
        var bits = _random.Next();
        var from = _viewerStarts[room];
        e = default;
        e.SendMs = sendMs;
        e.TimeMs = sendMs - DelayMs(sendMs);
        e.Id = _made;
        e.Room = room;
        e.Viewer = from + (int)(((bits >> 32) * (ulong)Math.Max(1, _viewerStarts[room + 1] - from)) >> 32);
        e.Type = type;
        e.Quantity = 1;
        e.Count = 1;
        Fill(ref e, (uint)bits);
        return true;
    }

    private static uint Threshold(double share) => (uint)Math.Min(uint.MaxValue, share * 4294967296.0);

    private static int[] ViewerStarts(double[] shares, int viewers)
    {
        var starts = new int[shares.Length + 1];
        var sum = 0.0;
        for (var room = 0; room < shares.Length; room++)
        {
            starts[room] = Math.Min(viewers - 1, (int)(sum * viewers));
            sum += shares[room];
        }

        starts[^1] = viewers;
        return starts;
    }

    private int DelayMs(long sendMs)
    {
        var bits = _random.Next();
        var draw = (uint)bits;
        if (draw >= _disorderBelow)
        {
            return 0;
        }

        if (draw >= _lateBelow)
        {
            return (int)Math.Min(sendMs - _firstMs, 1 + (long)(((bits >> 32) * (ulong)_disorderMs) >> 32));
        }

        // Nothing can be late before the rooms have begun.
        var delayMs = _latenessMs + 100 + (int)(((bits >> 32) * 3000) >> 32);
        return sendMs - _firstMs > delayMs + _latenessMs ? delayMs : 0;
    }

    private void Fill(ref SimulatedEvent e, uint bits)
    {
        switch (e.Type)
        {
            case EventType.Like:
                e.Count = LikeCounts[bits & 15];
                break;
            case EventType.Barrage:
                e.Text = (int)(((ulong)bits * (ulong)Phrases.Barrages.Length) >> 32);
                break;
            case EventType.Enter:
                e.Channel = Channels.Pick(_random.Next());
                e.NewViewer = (bits & 15) switch { < 8 => Flag.True, < 14 => Flag.False, _ => Flag.Absent };
                break;
            case EventType.Click:
                e.Product = _products.Pick(_random.Next());
                break;
            case EventType.Cart:
                e.Product = _products.Pick(_random.Next());
                e.Quantity = Quantity(bits);
                break;
            case EventType.Order:
                Remember(_unpaid, (_unpaidHead + _unpaidCount) % Remembered, NewSale(ref e, bits));
                _unpaidCount = Math.Min(Remembered - 1, _unpaidCount + 1);
                break;
            case EventType.Payment:
                Pay(ref e, bits);
                break;
            case EventType.Refund:
                Refund(ref e, bits);
                break;
        }
    }

    private void Pay(ref SimulatedEvent e, uint bits)
    {
        if (_unpaidCount > OrdersBeforePaying)
        {
            var skip = (bits & 0xFFFF) % 10 == 0 ? 1 : 0; // one order in ten is never paid
            _unpaid[(_unpaidHead + skip) % Remembered].CopyTo(ref e);
            _unpaidHead = (_unpaidHead + skip + 1) % Remembered;
            _unpaidCount -= skip + 1;
        }
        else
        {
            NewSale(ref e, bits);
        }

        e.NewBuyer = (bits >> 16 & 7) switch { < 3 => Flag.True, < 7 => Flag.False, _ => Flag.Absent };
        Remember(_paid, (int)(_paidCount++ % Remembered), Sale.Of(e));
    }

    private void Refund(ref SimulatedEvent e, uint bits)
    {
        if (_paidCount > 0)
        {
            _paid[(int)(bits % Math.Min(_paidCount, Remembered))].CopyTo(ref e);
        }
        else
        {
            NewSale(ref e, bits);
        }
    }

    private Sale NewSale(ref SimulatedEvent e, uint bits)
    {
        e.Product = _products.Pick(_random.Next());
        e.Quantity = Quantity(bits);
        e.Order = ++_orders;
        e.AmountMinor = PriceMinor(e.Room, e.Product) * e.Quantity;
        return Sale.Of(e);
    }

    private static int Quantity(uint bits) => (bits & 15) switch { < 12 => 1, < 15 => 2, _ => 3 };

    private static long PriceMinor(int room, int product) => 990 + ((((uint)room * 2654435761u) ^ ((uint)product * 2246822519u)) % 490) * 100;

    private static void Remember(Sale[] ring, int at, Sale sale) => ring[at] = sale;

    private readonly record struct Sale(int Room, int Viewer, int Product, int Quantity, long Order, long AmountMinor)
    {
        public static Sale Of(in SimulatedEvent e) => new(e.Room, e.Viewer, e.Product, e.Quantity, e.Order, e.AmountMinor);

        public void CopyTo(ref SimulatedEvent e)
        {
            e.Room = Room;
            e.Viewer = Viewer;
            e.Product = Product;
            e.Quantity = Quantity;
            e.Order = Order;
            e.AmountMinor = AmountMinor;
        }
    }
}
