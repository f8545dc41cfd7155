using System.Text.Json;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Latency;

/// <summary>
/// Looks at the <c>now</c> keys of the probe rooms about every millisecond, all in one command on a connection of its own, and notes when
/// each like was first in a count. So what it sees is late by a round trip and a millisecond, never early. Likes before <c>fromMs</c> are not measured.
/// </summary>
internal sealed class LiveWatch(IDatabase redis, Probes probes, SteadyClock clock, double fromMs)
{
    private readonly RedisKey[] _keys = [.. Enumerable.Range(0, probes.Rooms).Select(room => (RedisKey)$"live:{{{Probes.RoomId(room)}}}:now")];
    private readonly RedisValue[] _last = new RedisValue[probes.Rooms];
    private readonly int[] _seen = new int[probes.Rooms];
    private readonly List<double> _latenciesMs = [];
    private long _read;

    /// <summary>Likes that were not seen yet.</summary>
    public int Unseen => (probes.Rooms * probes.PerRoom) - _seen.Sum();

    /// <summary>Events that the engine had read by its last live numbers.</summary>
    public long Read => Interlocked.Read(ref _read);

    /// <summary>Looks until all likes were seen or it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (Unseen > 0 && !cancellation.IsCancellationRequested)
        {
            var values = await redis.StringGetAsync(_keys);
            var nowMs = clock.NowMs;
            for (var room = 0; room < values.Length; room++)
            {
                if (values[room].HasValue && values[room] != _last[room])
                {
                    _last[room] = values[room];
                    Note(room, values[room], nowMs);
                }
            }

            await Task.Delay(1, CancellationToken.None);
        }
    }

    /// <summary>Latencies of the likes that were meant to be sent from a moment on; those not seen yet as if they were seen now.</summary>
    public IReadOnlyList<double> LatenciesMs()
    {
        var nowMs = clock.NowMs;
        for (var room = 0; room < probes.Rooms; room++)
        {
            for (var n = _seen[room] + 1; n <= probes.PerRoom; n++)
            {
                Add(room, n, nowMs);
            }
        }

        return _latenciesMs;
    }

    private void Note(int room, byte[] now, double nowMs)
    {
        using var json = JsonDocument.Parse(now);
        Interlocked.Exchange(ref _read, Math.Max(_read, json.RootElement.GetProperty("counters").GetProperty("read").GetInt64()));
        if (!json.RootElement.GetProperty("events").TryGetProperty("like", out var likes))
        {
            return;
        }

        for (var count = likes.GetInt32(); _seen[room] < count;)
        {
            Add(room, ++_seen[room], nowMs);
        }
    }

    private void Add(int room, int n, double nowMs)
    {
        if (probes.IntendedMs(room, n) is var intendedMs && intendedMs >= fromMs)
        {
            _latenciesMs.Add(nowMs - intendedMs);
        }
    }
}
