using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>
/// The event types that a topic may carry. A topic that carries one type only implies it: its events may leave <c>type</c> out.
/// </summary>
public readonly struct TopicTypes
{
    private readonly uint _allowed;
    private readonly sbyte _implied;

    private TopicTypes(uint allowed, sbyte implied)
    {
        _allowed = allowed;
        _implied = implied;
    }

    /// <summary>Every type, none implied: files, and topics that carry everything.</summary>
    public static TopicTypes All { get; } = new(uint.MaxValue >> (32 - EventTypes.Count), -1);

    /// <summary>A topic that carries these types.</summary>
    /// <exception cref="ArgumentException">No type was given.</exception>
    public static TopicTypes Of(params ReadOnlySpan<EventType> types)
    {
        if (types.IsEmpty)
        {
            throw new ArgumentException("A topic must carry at least one event type.", nameof(types));
        }

        uint allowed = 0;
        foreach (var type in types)
        {
            allowed |= 1u << (int)type;
        }

        return new TopicTypes(allowed, uint.IsPow2(allowed) ? (sbyte)types[0] : (sbyte)-1);
    }

    /// <summary>Whether the topic may carry the type.</summary>
    public bool Allows(EventType type) => ((_allowed >> (int)type) & 1) != 0;

    /// <summary>The type of an event that names none; false when it must name one.</summary>
    public bool TryImply(out EventType type)
    {
        type = (EventType)_implied;
        return _implied >= 0;
    }
}
