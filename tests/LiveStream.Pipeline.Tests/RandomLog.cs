using LiveStream.Metrics.Events;

namespace LiveStream.Pipeline.Tests;

/// <summary>Random events in time order, of a few rooms, users and products, with all that a session has.</summary>
internal static class RandomLog
{
    public static List<TestEvent> Create(int seed, int count, long startMs = 1_000_000)
    {
        var random = new Random(seed);
        var events = new List<TestEvent>();
        var ts = startMs;
        for (var i = 0; i < count; i++)
        {
            ts += random.Next(20) == 0 ? random.Next(100_000) : random.Next(2000);
            events.Add(new TestEvent((EventType)random.Next(EventTypes.Count), ts)
            {
                Room = $"r{random.Next(3)}",
                Session = random.Next(3) == 0 ? $"s{random.Next(2)}" : "",
                User = $"u{random.Next(12)}",
                Id = random.Next(2) == 0 ? $"i{i}" : "",
                Product = $"p{random.Next(5)}",
                Order = $"o{random.Next(20)}",
                Channel = random.Next(2) == 0 ? $"c{random.Next(3)}" : "",
                Name = random.Next(2) == 0 ? $"n{random.Next(3)}" : "",
                Amount = random.Next(1000),
                Quantity = random.Next(1, 5),
                Count = random.Next(1, 5),
            });
        }

        return events;
    }
}
