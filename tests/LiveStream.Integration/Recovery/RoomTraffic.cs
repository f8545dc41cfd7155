using System.Diagnostics;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>
/// Some rooms on air: a like in each every few milliseconds, of the time at which it is sent. Watches beside it how old the live object of
/// each room gets, as a screen sees it. One room a partition at least.
/// </summary>
internal sealed class RoomTraffic : IAsyncDisposable
{
    private const int EveryMs = 25;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly EventSender sender;
    private readonly IDatabase redis;
    private readonly string[] rooms;
    private readonly CancellationTokenSource stop = new();
    private readonly Task sending;
    private readonly Task watching;
    private long sent;
    private long oldestMs;

    public RoomTraffic(TestTopics topics, IDatabase redis, int rooms = 12)
    {
        sender = new EventSender(topics);
        this.redis = redis;
        this.rooms = [.. Enumerable.Range(0, rooms).Select(i => topics.RoomNamed($"room{i}"))];
        sending = Task.Run(SendAsync);
        watching = Task.Run(WatchAsync);
    }

    /// <summary>Names of the rooms.</summary>
    public IReadOnlyList<string> Rooms => rooms;

    /// <summary>Likes that Kafka has of each room.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>How old a live object has been at most since the last call.</summary>
    public TimeSpan TakeOldest() => TimeSpan.FromMilliseconds(Interlocked.Exchange(ref oldestMs, 0));

    /// <summary>Waits until every room is shown with numbers of now.</summary>
    /// <param name="said">What failed tests are to tell.</param>
    /// <param name="sinceMs">Time before which nothing counts.</param>
    public Task OnAirAsync(Func<string> said, long sinceMs = 0) => Poll.UntilAsync(Limit, "every room is on air", async () =>
    {
        foreach (var room in rooms)
        {
            if (await new RoomView(redis, room).NowAsync() is not { } now || AgeMs(now.GetProperty("publishedAt").GetInt64()) > 1_000 || now.GetProperty("publishedAt").GetInt64() < sinceMs || AgeMs(now.GetProperty("at").GetInt64()) > 2_000)
            {
                return $"{room}: {await new RoomView(redis, room).NowAsync()}\n{said()}";
            }
        }

        return null;
    });

    /// <summary>Ends the show and waits until the settled numbers of every room are what was sent: nothing lost, nothing twice.</summary>
    public async Task SettledAsync(Func<string> said)
    {
        await EndAsync();
        var endMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var room in rooms)
        {
            await sender.SendAsync("live.presence", "heartbeat", room, "last", endMs + 10_000);
        }

        await Poll.UntilAsync(Limit, $"{Sent} likes in every room", async () =>
        {
            foreach (var room in rooms)
            {
                var likes = await new RoomView(redis, room).LikesAsync();
                if (likes != Sent)
                {
                    return $"{room} has {likes} of {Sent}.\n{said()}";
                }
            }

            return null;
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        sender.Dispose();
        stop.Dispose();
    }

    private static long AgeMs(long timeMs) => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - timeMs;

    private async Task EndAsync()
    {
        await stop.CancelAsync();
        await sending;
        await watching;
    }

    private async Task SendAsync()
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(EveryMs));
        while (!stop.IsCancellationRequested && await pause.WaitForNextTickAsync(CancellationToken.None))
        {
            var nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            await Task.WhenAll(rooms.Select(room => sender.SendAsync("live.like", "like", room, $"u{Sent % 100}", nowMs)));
            Interlocked.Increment(ref sent);
        }
    }

    private async Task WatchAsync()
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(EveryMs));
        while (!stop.IsCancellationRequested && await pause.WaitForNextTickAsync(CancellationToken.None))
        {
            foreach (var room in rooms)
            {
                if (await new RoomView(redis, room).NowAsync() is { } now)
                {
                    var ageMs = AgeMs(now.GetProperty("publishedAt").GetInt64());
                    Interlocked.Exchange(ref oldestMs, Math.Max(ageMs, Interlocked.Read(ref oldestMs)));
                }
            }
        }
    }
}
