namespace LiveStream.App.Replay;

/// <summary>What <c>livestream replay</c> was asked for.</summary>
internal sealed record ReplayRequest
{
    /// <summary>Event files; each is one partition.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Distance of snapshots, a multiple of 1,000; 0 = only the last one of each session.</summary>
    public long EveryMs { get; init; }

    /// <summary>Output file; null or <c>-</c> is stdout.</summary>
    public string? Output { get; init; }

    /// <summary>The only room whose snapshots are written; null writes all.</summary>
    public string? Room { get; init; }

    /// <summary>Whether a rejected line makes the exit code 1.</summary>
    public bool Strict { get; init; }
}
