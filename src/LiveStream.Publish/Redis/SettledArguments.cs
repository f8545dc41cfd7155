using StackExchange.Redis;

namespace LiveStream.Publish.Redis;

/// <summary>The arguments of <see cref="Scripts.Settled"/>: what changed since the stored state, or everything.</summary>
internal static class SettledArguments
{
    /// <summary>Arguments of a write on top of <paramref name="stored"/>, null = nothing is known to be there.</summary>
    public static RedisValue[] Of(SettledWrite write, long epoch, StoredState? stored, long expireSeconds, string channel)
    {
        var builds = stored is not null && stored.Write.Hot.Length == write.Hot.Length;
        var length = Scripts.SettledHead + write.Screen.Length;
        for (var i = 0; i < write.Hot.Length; i++)
        {
            length += 1 + (Unchanged(i) ? 0 : 2 * write.Hot[i].Count);
        }

        var (mode, points) = Series(write.Series, builds ? stored!.Write.Series : null);
        var arguments = new List<RedisValue>(length)
        {
            write.AsOfMs,
            epoch,
            builds ? stored!.Write.AsOfMs : "",
            builds ? stored!.Epoch : "",
            expireSeconds,
            channel,
            write.AsOfMs,
            write.Snapshot,
            mode,
            points,
        };
        arguments.AddRange(write.Screen);
        for (var i = 0; i < write.Hot.Length; i++)
        {
            if (Unchanged(i))
            {
                arguments.Add(-1);
                continue;
            }

            arguments.Add(write.Hot[i].Count);
            write.Hot[i].AppendTo(arguments);
        }

        return [.. arguments];

        bool Unchanged(int window) => builds && ReferenceEquals(stored!.Write.Hot[window], write.Hot[window]);
    }

    private static (string Mode, byte[] Points) Series(SeriesText series, SeriesText? written)
    {
        if (ReferenceEquals(series, written))
        {
            return ("", []);
        }

        return series.Extends(written) ? ("a", series.PointsAfter(written!)) : ("w", series.Json);
    }
}
