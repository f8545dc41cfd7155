using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Products;

/// <summary>One event of a product as the windows need it.</summary>
/// <param name="Product">Product number.</param>
/// <param name="Type">Impression, click, cart, order or payment.</param>
/// <param name="Units">Units of a payment.</param>
/// <param name="AmountMinor">Amount of a payment.</param>
public readonly record struct ProductEvent(int Product, EventType Type, int Units, long AmountMinor);

/// <summary>
/// The product events of the last seconds in order, so that each window can add those that enter it and take out those that leave it.
/// Keeps as many seconds as the longest window needs; holds nothing for quiet rooms.
/// </summary>
public sealed class ProductLog(int seconds)
{
    private readonly long[] _ends = new long[seconds];
    private ProductEvent[] _events = [];
    private long _head;
    private long _tail;

    /// <summary>Events held.</summary>
    public long Count => _tail - _head;

    /// <summary>Appends an event of the second that is being applied.</summary>
    public void Add(in ProductEvent e)
    {
        if (_tail - _head == _events.Length)
        {
            Grow();
        }

        _events[_tail & (_events.Length - 1)] = e;
        _tail++;
    }

    /// <summary>Closes a second (relative to the origin) and forgets the one that no window can still need.</summary>
    public void Close(int second)
    {
        var slot = second % seconds;
        if (second >= seconds)
        {
            _head = _ends[slot];
        }

        _ends[slot] = _tail;
    }

    /// <summary>Position after the last event of a second; 0 before the origin.</summary>
    public long EndOf(int second) => second < 0 ? 0 : _ends[second % seconds];

    /// <summary>An event by its position.</summary>
    public ref readonly ProductEvent At(long position) => ref _events[position & (_events.Length - 1)];

    private void Grow()
    {
        var grown = new ProductEvent[Math.Max(16, _events.Length * 2)];
        for (var p = _head; p < _tail; p++)
        {
            grown[p & (grown.Length - 1)] = At(p);
        }

        _events = grown;
    }
}
