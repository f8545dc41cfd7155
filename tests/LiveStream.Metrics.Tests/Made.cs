using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.State;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests;

/// <summary>Events, slices and windows as a test writes them down, of a session whose origin is 0.</summary>
internal static class Made
{
    /// <summary>Takes over a state that was written.</summary>
    public delegate void Restoring(ref StateReader reader);

    public static RoomEvent Event(EventType type, long timeMs, int viewer = 0, int product = -1, int name = -1, int detail = -1, int count = 1) => new()
    {
        Type = type, TimeMs = timeMs, Viewer = (ulong)viewer, Session = -1, Product = product, Name = name, Detail = detail, Count = count,
    };

    /// <summary>Events of one second, in order.</summary>
    public static Slice Slice(RoomEvent[] events, EventDetail[]? details = null) => new()
    {
        Events = events,
        Details = details ?? [],
        Twins = new TwinFilter(),
        OriginMs = 0,
        Second = (int)(events[0].TimeMs / 1000),
        Types = events.Aggregate(0u, (types, e) => types | (1u << (int)e.Type)),
    };

    public static WindowSpec[] Windows(params int[] minutes) => [.. minutes.Select(m => new WindowSpec(m))];

    /// <summary>Writes a state down and lets something new and empty take it over.</summary>
    public static void HandOver(Action<StateWriter> from, Restoring to, NameTable? names = null)
    {
        var writer = new StateWriter(names ?? new NameTable());
        from(writer);
        var reader = new StateReader(writer.Complete(), names ?? new NameTable());
        to(ref reader);
        Assert.True(reader.End);
    }

    /// <summary>A key as pseudonyms are: any number gives another one, and the bits of neighbours have nothing in common.</summary>
    public static ulong Key(long number)
    {
        var z = ((ulong)number + 1) * 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return Math.Max(1, z ^ (z >> 31));
    }
}
