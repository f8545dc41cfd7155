using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Failures;

/// <summary>Topics that do not exist: the engine says which, waits, and begins when they are there.</summary>
[Collection(RealServers.Name)]
public sealed class MissingTopicTests(RealKafka kafka, RealRedis redis)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Missing_topics_are_named_and_read_once_they_exist()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        var settings = topics.Settings.Append(new("LIVESTREAM__REDIS__CONFIGURATION", redis.Server.Configuration));
        await using var run = LiveStreamProgram.Start(["run"], settings);
        await Poll.UntilAsync(Limit, "the missing topics are named", () => Task.FromResult(
            run.Process.Errors.Contains(topics.NameOf("live.like"), StringComparison.Ordinal) ? null : run.Process.Said()));
        Assert.False(run.Process.HasExited, run.Process.Said());

        await topics.CreateAsync();
        await run.ReadyAsync();
        using var sender = new EventSender(topics);
        var room = topics.RoomNamed("late");
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 30_000;
        await sender.SendAsync("live.like", "like", room, "u1", startMs);
        await sender.SendAsync("live.presence", "heartbeat", room, "u1", startMs + 20_000);

        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var view = new RoomView(client.GetDatabase(), room);
        await Poll.UntilAsync(Limit, "the room is there", async () => await view.SnapshotAsync() is not null ? null : run.Process.Said());
        await run.EndAsync();
    }
}
