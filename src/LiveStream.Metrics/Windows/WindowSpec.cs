using LiveStream.Metrics.Options;

namespace LiveStream.Metrics.Windows;

/// <summary>The arithmetic of one sliding window; all lengths are whole seconds, all borders lie on the Unix epoch's multiples.</summary>
/// <param name="Minutes">Length in minutes, 1..60.</param>
public readonly record struct WindowSpec(int Minutes)
{
    /// <summary>Hops that a window is made of: it slides by a sixtieth of its length.</summary>
    public const int Hops = 60;

    /// <summary>Length.</summary>
    public int Seconds => Minutes * 60;

    /// <summary>How far it slides at a time.</summary>
    public int HopSeconds => Minutes;

    /// <summary>How far its retention slides at a time.</summary>
    public int TenthSeconds => Minutes * 6;

    /// <summary>Key in the snapshots.</summary>
    public string Name => $"{Minutes}m";

    /// <summary>Whether the window slides when everything before this second (since the Unix epoch) is settled.</summary>
    public bool SlidesAt(long second) => second % HopSeconds == 0;

    /// <summary>Specs of the configured windows.</summary>
    public static WindowSpec[] From(EngineOptions options) => [.. options.WindowMinutes.Select(m => new WindowSpec(m))];
}
