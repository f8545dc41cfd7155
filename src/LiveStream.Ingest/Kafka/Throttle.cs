using System.Collections.Concurrent;

namespace LiveStream.Ingest.Kafka;

/// <summary>Lets the same thing be said once every 10 s. For a handful of subjects; safe from any thread.</summary>
internal sealed class Throttle(MonotonicClock clock)
{
    private const int EveryMs = 10_000;

    private readonly ConcurrentDictionary<string, long> _saidMs = new(StringComparer.Ordinal);

    public bool Allows(string subject)
    {
        var now = clock.NowMs;
        if (_saidMs.TryGetValue(subject, out var said))
        {
            return now - said >= EveryMs && _saidMs.TryUpdate(subject, now, said);
        }

        return _saidMs.TryAdd(subject, now);
    }

    public void Forget(string subject) => _saidMs.TryRemove(subject, out _);
}
