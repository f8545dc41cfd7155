using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;

namespace LiveStream.Metrics.Viewers;

/// <summary>
/// The survival curve: of the users first active longer ago than k minutes, those seen again at least k minutes after. Called by
/// <see cref="Presence"/> for each viewer event, in event-time order.
/// </summary>
public sealed class Survival : SessionOperator
{
    /// <summary>The longest threshold.</summary>
    public const int LongestMs = 30 * 60_000;

    private static readonly int[] Minutes = [1, 3, 5, 10, 30];

    private readonly long[] _survived = new long[5];
    private readonly long[] _begun = new long[5];
    private int[] _beginners = new int[(LongestMs / 1000) + 1];
    private int _second;

    /// <inheritdoc/>
    public override void Open(int second)
    {
        _second = second;
        _beginners[second % _beginners.Length] = 0;
    }

    /// <summary>A user is active for the first time, in the open second.</summary>
    public void Begin() => _beginners[_second % _beginners.Length]++;

    /// <summary>A user's next viewer event: counts the thresholds between the event before and this one.</summary>
    public void Observe(int firstMs, int beforeMs, int atMs)
    {
        if (firstMs == ViewerRow.Never)
        {
            return;
        }

        var now = atMs - firstMs;
        if (now < 60_000)
        {
            return;
        }

        var before = beforeMs == ViewerRow.Never ? -1 : beforeMs - firstMs;
        for (var i = 0; i < Minutes.Length; i++)
        {
            var threshold = Minutes[i] * 60_000;
            if (before < threshold && now >= threshold)
            {
                _survived[i]++;
            }
        }
    }

    /// <summary>Nothing: <see cref="Presence"/> tells it what it needs of each event.</summary>
    /// <param name="slice">The slice.</param>
    public override void Apply(in Slice slice)
    {
    }

    /// <summary>The users first active k minutes before the second are now old enough to be judged.</summary>
    /// <param name="closed">The second.</param>
    public override void Advance(in ClosedSecond closed)
    {
        for (var i = 0; i < Minutes.Length; i++)
        {
            var old = closed.Second - (Minutes[i] * 60);
            if (old >= 0)
            {
                _begun[i] += _beginners[old % _beginners.Length];
            }
        }
    }

    /// <inheritdoc/>
    public override void Fill(SessionSnapshot snapshot)
    {
        for (var i = 0; i < Minutes.Length; i++)
        {
            snapshot.Survival[i] = new SurvivalFigures(Minutes[i], new Ratio(_survived[i], _begun[i]));
        }
    }
}
