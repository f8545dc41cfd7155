using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Trade;

namespace LiveStream.Metrics.Tests.Trade;

/// <summary>Of the copies of a trade event one is applied: the first, and of those at one time the one that the contract prefers.</summary>
public sealed class TradeCopiesTests
{
    private static readonly string[] Orders = ["", "1", "10", "2", "é"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void KeepsTheOneThatTheContractPrefers(int seed)
    {
        var random = new Random(seed);
        var names = new NameTable();
        int[] products = [NameTable.None, .. new[] { "b", "ab", "中", "a" }.Select(p => names.Intern(Encoding.UTF8.GetBytes(p)))];
        var copies = new TradeCopies(names, 100_000);
        var known = new HashSet<(ulong, ulong, EventType)>();
        for (var second = 0; second < 200; second++)
        {
            var text = Orders.SelectMany(Encoding.UTF8.GetBytes).ToArray();
            var details = Enumerable.Range(0, 20).Select(_ => Detail(random)).ToArray();
            var events = Enumerable.Range(0, 20).Select(i => Event(random, second, i, products)).OrderBy(e => e.TimeMs).ToArray();
            var isCopy = new bool[events.Length];
            var marked = copies.Mark(events, details, text, isCopy);
            Assert.Equal(isCopy.Count(c => c), marked);
            var copy = new TradeCopies(names, 100_000);
            Made.HandOver(copies.Save, copy.Restore);
            copies = copy;
            var expected = Expected(events, details, text, names, known);
            Assert.Equal(expected, events.Where((_, i) => !isCopy[i]).Select(e => Facts(e, details, text, names)).Order(StringComparer.Ordinal));
        }

        Assert.False(copies.Capped);
    }

    private static EventDetail Detail(Random random)
    {
        var order = random.Next(Orders.Length);
        return new EventDetail
        {
            Id = (ulong)random.Next(30),
            Value = random.Next(3),
            OrderOffset = Orders.Take(order).Sum(Encoding.UTF8.GetByteCount),
            OrderLength = Encoding.UTF8.GetByteCount(Orders[order]),
        };
    }

    private static RoomEvent Event(Random random, int second, int detail, int[] products)
    {
        EventType[] types = [EventType.Payment, EventType.Payment, EventType.Order, EventType.Like];
        var e = Made.Event(
            types[random.Next(4)], (second * 1000) + random.Next(2), random.Next(3), products[random.Next(5)], detail: detail, count: random.Next(1, 3));
        e.NewBuyer = (Flag)random.Next(3);
        return e;
    }

    // What is applied, in the words of events.md; events that are alike in everything may stand for each other.
    private static IEnumerable<string> Expected(
        RoomEvent[] events, EventDetail[] details, byte[] text, NameTable names, HashSet<(ulong, ulong, EventType)> known)
    {
        var applied = new List<RoomEvent>();
        foreach (var group in events.GroupBy(e => EventTypes.IsTrade(e.Type) && details[e.Detail].Id != 0 ? (e.Viewer, details[e.Detail].Id, e.Type) : default))
        {
            if (group.Key == default)
            {
                applied.AddRange(group);
            }
            else if (known.Add(group.Key))
            {
                applied.Add(group.OrderBy(e => e.TimeMs).ThenByDescending(e => details[e.Detail].Value).ThenByDescending(e => e.Count)
                    .ThenBy(e => ProductOf(e, names), StringComparer.Ordinal).ThenBy(e => OrderOf(details[e.Detail], text), StringComparer.Ordinal)
                    .ThenByDescending(e => e.NewBuyer).First());
            }
        }

        return applied.Select(e => Facts(e, details, text, names)).Order(StringComparer.Ordinal);
    }

    private static string Facts(RoomEvent e, EventDetail[] details, byte[] text, NameTable names) =>
        $"{e.TimeMs} {e.Type} {e.Viewer} {details[e.Detail].Id}: {details[e.Detail].Value} {e.Count} {ProductOf(e, names)} {OrderOf(details[e.Detail], text)} {e.NewBuyer}";

    // The order of these strings is that of the bytes, absent first.
    private static string ProductOf(RoomEvent e, NameTable names) => e.Product < 0 ? "" : Convert.ToHexString(names[e.Product]);

    private static string OrderOf(EventDetail detail, byte[] text) => Convert.ToHexString(text, detail.OrderOffset, detail.OrderLength);
}
