using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Trade;

namespace LiveStream.Pipeline.Wide;

/// <summary>What one lane counted of a session of a wide room up to one T; on its way to the lane that adds the parts. Never changed.</summary>
internal sealed class WidePart
{
    /// <summary>The lane that counted.</summary>
    public required int Lane { get; init; }

    /// <summary>Room id.</summary>
    public required byte[] Room { get; init; }

    /// <summary>Its figures at T, a copy; products and names are only in the leader's.</summary>
    public required SessionSnapshot Snapshot { get; init; }

    /// <summary>Online of its viewers at T.</summary>
    public required long Online { get; init; }

    /// <summary>Delays found since the T before.</summary>
    public required List<(FirstStep Of, int DelayMs)> Delays { get; init; }

    /// <summary>The session, in the leader's own parts; null in those of other lanes.</summary>
    public Session? Session { get; init; }

    /// <summary>Whether the snapshot is to be handed out; said by the leader's own part.</summary>
    public bool HandOut { get; set; }

    /// <summary>Whether the room showed this session at T; said by the leader's own part, since others may have begun when the parts are added.</summary>
    public bool IsShown { get; init; }

    /// <summary>Whether it repeats the T that an image was settled at, so that nothing is added to what is counted over time.</summary>
    public bool IsRestored { get; init; }

    /// <summary>The session is over: nothing follows. In the leader's own parts.</summary>
    public bool IsOver { get; init; }

    /// <summary>Whether the room had no other session when this one was over.</summary>
    public bool RoomEmpty { get; init; }
}
