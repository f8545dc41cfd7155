using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Whether this process may believe that its groups are still its own. One that stood still for about as long as Kafka waits for a member
/// may have been given up; it is in doubt, and publishes nothing, until Kafka has taken a commit of it, which it does of members alone. The
/// fences in Redis keep such a process out, too; this keeps its own pages from showing old rooms as fresh ones, and holds after a flush of Redis.
/// The reading thread calls <see cref="OnRound"/>; the rest is safe from any thread.
/// </summary>
internal sealed class Membership(int sessionTimeoutMs, MonotonicClock clock, ILogger log)
{
    private const int UnprovenForMs = 3_000;
    private const int ShutOutAgainMs = 60_000;

    private readonly long _limitMs = sessionTimeoutMs * 4L / 5;
    private long _seenMs = clock.NowMs;
    private long _doubtSinceMs = -1;
    private long _shutOutMs = long.MinValue;

    /// <summary>Whether nothing speaks against it at this moment.</summary>
    public bool IsCertain => clock.NowMs - Volatile.Read(ref _seenMs) < _limitMs && Volatile.Read(ref _doubtSinceMs) < 0;

    /// <summary>A round of the reading loop. True while it is in doubt.</summary>
    /// <param name="canProve">Whether commits are made at all; without them a while without news from Kafka has to do.</param>
    public bool OnRound(bool canProve)
    {
        var now = clock.NowMs;
        if (now - Volatile.Read(ref _seenMs) >= _limitMs && Volatile.Read(ref _doubtSinceMs) < 0)
        {
            Volatile.Write(ref _doubtSinceMs, now);
            log.LogWarning("This process stood still for {Seconds:F1} s: it publishes nothing until Kafka has confirmed that its rooms are still its own.", (now - _seenMs) / 1000.0);
        }

        Volatile.Write(ref _seenMs, now);
        if (!canProve && Volatile.Read(ref _doubtSinceMs) is >= 0 and var since && now - since >= UnprovenForMs)
        {
            OnProof(now);
        }

        return Volatile.Read(ref _doubtSinceMs) >= 0;
    }

    /// <summary>
    /// Kafka has shut this consumer out, since it knows another one by its name. True when it may come back under it: not a second time within a minute,
    /// since two processes of one name would else shut each other out for ever. Called by the reading thread.
    /// </summary>
    public bool MayComeBack()
    {
        var now = clock.NowMs;
        var isFirst = _shutOutMs == long.MinValue || now - _shutOutMs >= ShutOutAgainMs;
        _shutOutMs = now;
        return isFirst;
    }

    /// <summary>
    /// This consumer comes back with a new client, since somebody else has taken its groups over: if that was another process of its name, it has used up its chance,
    /// and the one that came later stays.
    /// </summary>
    public void OnComingBack() => _shutOutMs = clock.NowMs;

    /// <summary>Kafka took a commit that was sent at a time of the reading thread's clock: one from before the doubt proves nothing.</summary>
    public void OnProof(long sentMs)
    {
        var since = Volatile.Read(ref _doubtSinceMs);
        if (since >= 0 && sentMs >= since)
        {
            Interlocked.CompareExchange(ref _doubtSinceMs, -1, since);
        }
    }
}
