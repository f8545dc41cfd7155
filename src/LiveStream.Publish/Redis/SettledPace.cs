namespace LiveStream.Publish.Redis;

/// <summary>
/// When the settled numbers of one room may be let out again: every so many ms on average. Turns lie on a grid and not at a distance from the last write: a lane that is
/// busy comes to a room now a little early, now late, and counted from there each delay would make the room slower for good. The grid is a twentieth closer than
/// the distance: a room whose turns lie between two seconds would else show every second late for good, and so its turns move towards the moment at which seconds
/// are settled. A turn may come a tenth of the distance early, and after one that came late the next not sooner than two fifths of it. Of the room's lane.
/// </summary>
internal struct SettledPace()
{
    private long turnMs = long.MinValue / 2;

    /// <summary>How long the next turn is away, ms; 0 = it is now, also when the wall clock was set back.</summary>
    public readonly int WaitMs(long nowMs, int everyMs)
    {
        var waitMs = turnMs + everyMs - (everyMs / 10) - nowMs;
        return waitMs <= 0 || waitMs > 2L * everyMs ? 0 : (int)waitMs;
    }

    /// <summary>A turn is taken. A whole one that was missed is not made up for.</summary>
    public void Take(long nowMs, int everyMs)
    {
        var nextMs = turnMs + everyMs - (everyMs / 20);
        turnMs = nextMs > nowMs + everyMs || nextMs < nowMs - everyMs ? nowMs : Math.Max(nextMs, nowMs - (everyMs / 2));
    }
}
