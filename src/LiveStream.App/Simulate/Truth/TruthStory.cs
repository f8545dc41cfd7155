using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>A marker or script and its true effect.</summary>
/// <param name="Room">Index of the room.</param>
/// <param name="TimeMs">From when on, ms since the Unix epoch.</param>
/// <param name="Turn">What it was.</param>
/// <param name="Ratio">By how much rates differ from just before, all that is in force taken together.</param>
internal sealed record TruthEffect(int Room, long TimeMs, Turn Turn, Factors Ratio)
{
    /// <summary>A turn ends the effect of the one of its kind before it.</summary>
    public static TruthEffect Of(int room, long timeMs, Turn turn, List<TruthEffect> soFar)
    {
        var before = soFar.FindLast(effect => effect.Room == room && effect.Turn.Kind == turn.Kind)?.Turn.Factors ?? Factors.Unchanged;
        return new(room, timeMs, turn, turn.Factors / before);
    }
}

/// <summary>An interval in which a product is explained, and its clicks per viewer are <see cref="ShowGenerator.ExplainFactor"/> times the usual.</summary>
/// <param name="Room">Index of the room.</param>
/// <param name="Product">Index of the product.</param>
/// <param name="StartMs">Ms since the Unix epoch.</param>
/// <param name="EndMs">Null = to the end of the session.</param>
internal sealed record TruthExplain(int Room, int Product, long StartMs, long? EndMs = null);

/// <summary>An event that may serve a funnel.</summary>
internal readonly record struct FunnelEvent(int Room, int Viewer, long TimeMs, EventType Type);
