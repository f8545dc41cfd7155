namespace LiveStream.Screen;

/// <summary>
/// What the composition root tells the big screen. Read by <see cref="ScreenEndpoints"/> once per request, so the
/// delegates must be quick and safe for any thread.
/// </summary>
public sealed class ScreenOptions
{
    /// <summary>Bearer token of operator calls. Unset: every operator call is refused.</summary>
    public string? OperatorToken { get; init; }

    /// <summary>Passes a marker on (to Kafka). Unset: markers are refused. An exception it throws becomes a 503.</summary>
    public Func<OperatorMarker, CancellationToken, Task>? ProduceMarker { get; init; }

    /// <summary>Whether the process may be sent traffic: answers <c>/healthz/ready</c>.</summary>
    public Func<bool> IsReady { get; init; } = static () => true;

    /// <summary>
    /// In the demo, what the simulator knows of a room (argument: its id). Unset, or null for a room: the page shows
    /// no such strip.
    /// </summary>
    public Func<string, DemoTruth?>? DemoTruth { get; init; }

    /// <summary>Open streams at a time; further ones get 503.</summary>
    public int MaxStreamClients { get; init; } = 1000;

    /// <summary>Least time between two writes to one stream: what comes meanwhile waits, newest first kept.</summary>
    public TimeSpan StreamMinGap { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a stream tells the time of this server, so that a page sees a silent one, and its own clock's error.</summary>
    public TimeSpan StreamHeartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Clock of heartbeats and markers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>A marker that an operator set: becomes a <c>marker</c> event of events.md.</summary>
/// <param name="Room">Room id, as in the events.</param>
/// <param name="TsMs">Event time in ms since the Unix epoch.</param>
/// <param name="Label">1 to 64 bytes of UTF-8.</param>
/// <param name="Text">At most 2,000 bytes of UTF-8, or null.</param>
public sealed record OperatorMarker(string Room, long TsMs, string Label, string? Text);

/// <summary>The simulator's own counts of one room's session, shown beside the screen's.</summary>
/// <param name="Events">Events by type, counted as metrics.md counts them (<c>like</c> and <c>gift</c> by <c>count</c>).</param>
/// <param name="Gmv">Sum of payments in minor units.</param>
/// <param name="Payments">Payment lines.</param>
/// <param name="AsOf">Event time of the last event made, ms since the Unix epoch.</param>
public sealed record DemoTruth(IReadOnlyDictionary<string, long> Events, Int128 Gmv, long Payments, long AsOf);
