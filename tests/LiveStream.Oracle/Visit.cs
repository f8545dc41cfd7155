namespace LiveStream.Oracle;

/// <summary>One visit of a user: the times of its events, of the <c>leave</c> that closes it as well, and when it ends.</summary>
/// <param name="User">Whose visit it is.</param>
/// <param name="Times">First event to last event or leave; never empty.</param>
/// <param name="EndTs">The ts of the leave, or last event + presence timeout.</param>
internal sealed record Visit(string User, IReadOnlyList<long> Times, long EndTs)
{
    public long FirstTs => Times[0];

    /// <summary>How long the visit has lasted as far as events before <paramref name="ts"/> tell; it has begun before it.</summary>
    public long StayBefore(long ts) => Times.Last(time => time < ts) - FirstTs;

    /// <summary>The visits that a user's viewer events make; the events are in order, leaves last at equal ts.</summary>
    public static IEnumerable<Visit> AllOf(string user, IEnumerable<LogEvent> ofUser, long timeoutMs)
    {
        var open = new List<long>();
        foreach (var next in ofUser)
        {
            if (open.Count > 0 && next.Ts > open[^1] + timeoutMs)
            {
                yield return new Visit(user, open, open[^1] + timeoutMs);
                open = [];
            }

            if (next.Type != EventType.Leave)
            {
                open.Add(next.Ts);
            }
            else if (open.Count > 0)
            {
                open.Add(next.Ts);
                yield return new Visit(user, open, next.Ts);
                open = [];
            }
        }

        if (open.Count > 0)
        {
            yield return new Visit(user, open, open[^1] + timeoutMs);
        }
    }
}
