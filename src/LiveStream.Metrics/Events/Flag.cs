namespace LiveStream.Metrics.Events;

/// <summary>A boolean that may be absent; absence is unknown, never guessed.</summary>
public enum Flag : byte
{
    Absent,
    False,
    True,
}
