using System.Globalization;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Peers;

/// <summary>
/// The numbers of live rooms as they are usually kept today: counters in Redis, written per event as it comes, pipelined. Totals of the
/// session by type, GMV, viewers of the session and of the minute, ranking of products, paid orders. Nothing is late, nothing slides, and
/// viewers are approximate (HyperLogLog). Nobody reads while it is written.
/// </summary>
public sealed class RedisCounters(IDatabase redis)
{
    /// <summary>Events between two questions to the server, of which one is always open: bounds what is under way, and it never stands still.</summary>
    private const int AskEvery = 4096;

    private readonly Dictionary<string, RoomOfKeys> _rooms = [];

    /// <summary>Commands sent.</summary>
    public long Commands { get; private set; }

    /// <summary>Writes the events, and waits until Redis has all of them.</summary>
    public async Task Add(IReadOnlyList<PlainEvent> events)
    {
        var before = Task.FromResult(TimeSpan.Zero);
        for (var i = 0; i < events.Count; i++)
        {
            Add(events[i]);
            if (i % AskEvery == AskEvery - 1)
            {
                var asked = redis.PingAsync();
                await before;
                before = asked;
            }
        }

        await redis.PingAsync();
    }

    /// <summary>Sums over the rooms, read back; viewers and interacting are approximate.</summary>
    public async Task<Answer> AnswerAsync()
    {
        long likes = 0, payments = 0, gmvMinor = 0, paidOrders = 0, viewers = 0, interacting = 0;
        foreach (var room in _rooms.Values)
        {
            likes += (long)await redis.HashGetAsync(room.Totals, EventTypes.Name(EventType.Like));
            payments += (long)await redis.HashGetAsync(room.Totals, EventTypes.Name(EventType.Payment));
            gmvMinor += (long)await redis.HashGetAsync(room.Totals, "gmv");
            paidOrders += await redis.SetLengthAsync(room.PaidOrders);
            viewers += await redis.HyperLogLogLengthAsync(room.Viewers);
            interacting += await redis.HyperLogLogLengthAsync(room.Interacting);
        }

        return new Answer
        {
            Likes = likes, Payments = payments, GmvMinor = gmvMinor, PaidOrders = paidOrders, Viewers = viewers, Interacting = interacting,
        };
    }

    private void Add(PlainEvent e)
    {
        if (!_rooms.TryGetValue(e.Room, out var keys))
        {
            _rooms[e.Room] = keys = new RoomOfKeys(e.Room);
        }

        Sent(redis.HashIncrementAsync(keys.Totals, EventTypes.Name(e.Type), e.Type == EventType.Like ? e.Count : 1, CommandFlags.FireAndForget));
        if (e.Type != EventType.Leave)
        {
            RedisValue user = (long)e.User;
            Sent(redis.HyperLogLogAddAsync(keys.Viewers, user, CommandFlags.FireAndForget));
            Sent(redis.HyperLogLogAddAsync(keys.ViewersOfMinute(e.TimeMs / 60_000), user, CommandFlags.FireAndForget));
            if (EventTypes.IsInteraction(e.Type))
            {
                Sent(redis.HyperLogLogAddAsync(keys.Interacting, user, CommandFlags.FireAndForget));
            }
        }

        var weight = e.Type switch { EventType.Click => 1, EventType.Cart => 3, EventType.Order => 5, EventType.Payment => 8, _ => 0 };
        if (weight != 0)
        {
            Sent(redis.SortedSetIncrementAsync(keys.Hot, e.Product, weight, CommandFlags.FireAndForget));
        }

        if (e.Type == EventType.Payment)
        {
            Sent(redis.HashIncrementAsync(keys.Totals, "gmv", e.AmountMinor, CommandFlags.FireAndForget));
            Sent(redis.SetAddAsync(keys.PaidOrders, $"{e.User}:{e.Order}", CommandFlags.FireAndForget));
        }
    }

    // Fire and forget: the client's task is done already, and a lost command shows in the sums.
    private void Sent(Task command) => Commands += command.IsFaulted ? throw command.Exception! : 1;

    private sealed class RoomOfKeys(string room)
    {
        private long _minute = -1;
        private RedisKey _viewersOfMinute;

        public RedisKey Totals { get; } = $"room:{room}:totals";

        public RedisKey Viewers { get; } = $"room:{room}:uv";

        public RedisKey Interacting { get; } = $"room:{room}:interacting";

        public RedisKey Hot { get; } = $"room:{room}:hot";

        public RedisKey PaidOrders { get; } = $"room:{room}:paid";

        public RedisKey ViewersOfMinute(long minute)
        {
            if (minute != _minute)
            {
                _minute = minute;
                _viewersOfMinute = string.Create(CultureInfo.InvariantCulture, $"room:{room}:uv:{minute}");
            }

            return _viewersOfMinute;
        }
    }
}
