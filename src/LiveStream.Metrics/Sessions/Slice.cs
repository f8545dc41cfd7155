using LiveStream.Metrics.Events;

namespace LiveStream.Metrics.Sessions;

/// <summary>
/// What operators see of one second of one session: its accepted events in event-time order (ties by <see cref="RoomEvent.Rank"/>),
/// each with its viewer's and product's number resolved. Lives during one apply.
/// </summary>
public readonly ref struct Slice
{
    /// <summary>The events; every one of them is applied.</summary>
    public required ReadOnlySpan<RoomEvent> Events { get; init; }

    /// <summary>Details that the events refer to.</summary>
    public required ReadOnlySpan<EventDetail> Details { get; init; }

    /// <summary>Viewer number of each event, -1 on room events.</summary>
    public required ReadOnlySpan<int> Viewers { get; init; }

    /// <summary>Product number of each event, -1 without a product.</summary>
    public required ReadOnlySpan<int> Products { get; init; }

    /// <summary>The session's origin: its first event's time rounded down to a second, ms since the Unix epoch.</summary>
    public required long OriginMs { get; init; }

    /// <summary>The second, relative to the origin.</summary>
    public required int Second { get; init; }

    /// <summary>Time of an event relative to the origin, ms.</summary>
    public int OffsetMs(in RoomEvent e) => (int)(e.TimeMs - OriginMs);
}
