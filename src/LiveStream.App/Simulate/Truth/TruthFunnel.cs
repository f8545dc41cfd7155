using LiveStream.Metrics.Events;

namespace LiveStream.App.Simulate;

/// <summary>The funnel by its definition: from every first step of a user, take the earliest next step while the window lasts; the longest chain counts.</summary>
internal static class TruthFunnel
{
    /// <returns>By room, users with level 1 or more, 2 or more, and so on.</returns>
    public static long[][] Levels(int rooms, List<FunnelEvent> events, IReadOnlyList<EventType> steps, long withinMs)
    {
        var result = new long[rooms][];
        for (var room = 0; room < rooms; room++)
        {
            result[room] = new long[steps.Count];
        }

        events.Sort((a, b) => (a.Room, a.Viewer, a.TimeMs).CompareTo((b.Room, b.Viewer, b.TimeMs)));
        var all = CollectionsMarshalSpan(events);
        for (var from = 0; from < all.Length;)
        {
            var to = from;
            while (to < all.Length && all[to].Room == all[from].Room && all[to].Viewer == all[from].Viewer)
            {
                to++;
            }

            var level = Level(all[from..to], steps, withinMs);
            for (var i = 0; i < level; i++)
            {
                result[all[from].Room][i]++;
            }

            from = to;
        }

        return result;
    }

    private static ReadOnlySpan<FunnelEvent> CollectionsMarshalSpan(List<FunnelEvent> events) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(events);

    private static int Level(ReadOnlySpan<FunnelEvent> ofUser, IReadOnlyList<EventType> steps, long withinMs)
    {
        var best = 0;
        foreach (var first in ofUser)
        {
            if (first.Type == steps[0])
            {
                best = Math.Max(best, Chain(ofUser, first.TimeMs, steps, withinMs));
            }
        }

        return best;
    }

    private static int Chain(ReadOnlySpan<FunnelEvent> ofUser, long startMs, IReadOnlyList<EventType> steps, long withinMs)
    {
        var atMs = startMs;
        for (var step = 1; step < steps.Count; step++)
        {
            var nextMs = long.MaxValue;
            foreach (var e in ofUser)
            {
                if (e.Type == steps[step] && e.TimeMs >= atMs && e.TimeMs <= startMs + withinMs)
                {
                    nextMs = Math.Min(nextMs, e.TimeMs);
                }
            }

            if (nextMs == long.MaxValue)
            {
                return step;
            }

            atMs = nextMs;
        }

        return steps.Count;
    }
}
