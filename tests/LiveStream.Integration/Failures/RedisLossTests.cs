using System.Net;
using System.Text.Json;
using LiveStream.App.Demo;
using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Failures;

/// <summary>A Redis that is not there yet, dies, or forgets: the engine goes on, and every room is back soon after.</summary>
[Collection(TimedTests.Name)]
public sealed class RedisLossTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SeriesLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Rooms_come_back_after_redis_was_missing_flushed_and_killed()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        using var kafka = EmbeddedKafka.Start([]);
        await using var redis = RedisServer.Reserve();
        var topics = new TestTopics(kafka.BootstrapServers);
        topics.MakeEmbedded();
        string[] rooms = [topics.RoomNamed("a"), topics.RoomNamed("b"), topics.RoomNamed("c")];
        await using var run = LiveStreamProgram.Start(["run"], topics.Settings.Append(new("LIVESTREAM__REDIS__CONFIGURATION", redis.Configuration)));
        await SendAsync(topics, rooms);
        await Poll.UntilAsync(Limit, "the missing Redis is named", () => Task.FromResult(
            run.Process.Errors.Contains(redis.Configuration, StringComparison.Ordinal) ? null : run.Process.Said()));
        Assert.False(run.Process.HasExited, run.Process.Said());

        // All was read and is on its own pages: only Redis stands in the way of being ready.
        await Poll.UntilAsync(Limit, "its own pages have every room", async () => await OwnLikesAsync(run, rooms) == rooms.Length * 40 ? null : run.Process.Said());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(run));

        await redis.StartAgainAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync($"{redis.Configuration},allowAdmin=true,abortConnect=false,connectTimeout=500");
        var views = rooms.Select(room => new RoomView(client.GetDatabase(), room)).ToList();
        await BackAsync("Redis came up", views, run, Limit);
        await run.ReadyAsync();
        await SeriesAsync(views);

        await redis.CommandAsync("FLUSHALL");
        await BackAsync("everything was flushed", views, run, BackLimit);
        await SeriesAsync(views);

        await redis.KillAsync();
        await redis.StartAgainAsync();
        await BackAsync("Redis was killed and came up empty", views, run, BackLimit);
        await SeriesAsync(views);
        await run.EndAsync();
    }

    private static async Task<HttpStatusCode> ReadyAsync(LiveStreamProgram run)
    {
        using var answer = await run.Http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<long> OwnLikesAsync(LiveStreamProgram run, string[] rooms)
    {
        var likes = 0L;
        foreach (var room in rooms)
        {
            using var page = await run.Http.GetAsync($"/rooms/{room}/snapshot", TestContext.Current.CancellationToken);
            if (page.IsSuccessStatusCode)
            {
                using var snapshot = JsonDocument.Parse(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                likes += Likes(snapshot.RootElement);
            }
        }

        return likes;
    }

    private static long Likes(JsonElement snapshot) =>
        snapshot.GetProperty("windows").GetProperty("session").GetProperty("events").TryGetProperty("like", out var likes) ? likes.GetInt64() : 0;

    private static async Task SendAsync(TestTopics topics, string[] rooms)
    {
        using var sender = new EventSender(topics);
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 90_000;
        for (var i = 0; i < 40; i++)
        {
            foreach (var room in rooms)
            {
                await sender.SendAsync("live.like", "like", room, $"u{i}", startMs + (i * 1000));
            }
        }

        foreach (var room in rooms)
        {
            await sender.SendAsync("live.click", "click", room, "u0", startMs + 40_000, ",\"product\":\"p1\"");
            await sender.SendAsync("live.presence", "heartbeat", room, "u0", startMs + 80_000);
        }
    }

    private static Task BackAsync(string after, List<RoomView> views, LiveStreamProgram run, TimeSpan limit) =>
        Poll.UntilAsync(limit, $"every room is there after {after}", async () =>
        {
            try
            {
                foreach (var view in views)
                {
                    var likes = await view.LikesAsync();
                    if (likes != 40 || await view.NowAsync() is null || (await view.ScreenAsync()).GetValueOrDefault("likes") != "40"
                        || await view.InRoomsAsync() is null || (await view.HotAsync("session")).Count != 1)
                    {
                        return $"{view.Channel} has {likes} likes.\n{run.Process.Said()}";
                    }
                }

                return null;
            }
            catch (Exception notYet) when (notYet is RedisConnectionException or RedisTimeoutException)
            {
                return notYet.Message;
            }
        });

    private static Task SeriesAsync(List<RoomView> views) => Poll.UntilAsync(SeriesLimit, "every room's series is whole", async () =>
    {
        foreach (var view in views)
        {
            var points = await view.SeriesAsync();
            if (points.Count < 7 || points.Sum(point => point.GetProperty("likes").GetInt64()) != 40)
            {
                return $"{view.Channel} has {points.Count} points.";
            }
        }

        return null;
    });
}
