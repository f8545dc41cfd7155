using System.Globalization;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Latency;

/// <summary>
/// Hears of every settled write on the rooms' channels, and notes for each T how long after T + lateness it, or a later one, was in Redis.
/// A T that was left out because a newer one took its place counts with that one.
/// </summary>
internal sealed class SettledWatch(SteadyClock clock, int latenessMs, int hopMs, double fromMs, double untilMs)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _lastT = [];
    private readonly List<double> _latenciesMs = [];

    /// <summary>Begins to listen.</summary>
    public Task StartAsync(ISubscriber subscriber) =>
        subscriber.SubscribeAsync(new RedisChannel("live:*", RedisChannel.PatternMode.Pattern), (channel, version) => Note(channel!, version!));

    /// <summary>All latencies; what should have come and did not, as if it came now.</summary>
    public IReadOnlyList<double> LatenciesMs()
    {
        lock (_gate)
        {
            foreach (var room in _lastT.Keys.ToList())
            {
                Reach(room, (long)untilMs, clock.NowMs);
            }

            return _latenciesMs;
        }
    }

    private void Note(string room, string version)
    {
        var nowMs = clock.NowMs;
        var settledMs = long.Parse(version, CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (!_lastT.TryAdd(room, settledMs))
            {
                Reach(room, settledMs, nowMs);
            }
        }
    }

    private void Reach(string room, long settledMs, double nowMs)
    {
        for (var t = _lastT[room] + hopMs; t <= settledMs; t += hopMs)
        {
            _lastT[room] = t;
            if (t + latenessMs >= fromMs && t + latenessMs < untilMs)
            {
                _latenciesMs.Add(nowMs - (t + latenessMs));
            }
        }
    }
}
