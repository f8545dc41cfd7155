using LiveStream.Metrics.Events;

namespace LiveStream.Ingest.Decoding;

/// <summary>Finds an event type by the bytes of its name.</summary>
internal static class TypeNames
{
    /// <summary>The names, in the order of <see cref="EventType"/>; <see cref="EventTypes.Count"/> stands for any other.</summary>
    public static ShortNames Names { get; } = new(EventTypes.Names, EventTypes.Count);

    /// <summary>False when no type has this name.</summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out EventType type)
    {
        var found = Names.Find(name);
        type = found == EventTypes.Count ? default : (EventType)found;
        return found != EventTypes.Count;
    }
}
