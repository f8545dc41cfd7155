using LiveStream.Metrics.Events;

namespace LiveStream.Bench.Load.Peers;

/// <summary>A decoded event as a plain program has it: an object with strings (each room and product one shared string).</summary>
public sealed record PlainEvent(
    EventType Type, long TimeMs, string Room, ulong User, string? Product, string? Order, long AmountMinor, int Count);
