using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Failures;

/// <summary>Topics that do not exist: the engine says which, waits, and begins when they are there. Topics that do not fit one another: it ends.</summary>
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

    [Fact]
    public async Task Topics_of_different_numbers_of_partitions_end_the_start_with_one_sentence()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        var odd = topics.NameOf("live.like");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build())
        {
            await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = odd, IncreaseTo = TestTopics.Partitions + 2 }]);
            await Poll.UntilAsync(Limit, "more partitions", () => Task.FromResult(
                admin.GetMetadata(odd, Limit).Topics.Single().Partitions.Count == TestTopics.Partitions + 2));
        }

        var (code, output, errors) = await LiveStreamProgram.RunAsync(
            ["run"], Limit, topics.Settings.Append(new("LIVESTREAM__REDIS__CONFIGURATION", redis.Server.Configuration)));
        Assert.True(code == 1, $"The exit code is {code}.\n{output}\n{errors}");
        var said = Assert.Single(errors.Split('\n'), line => line.Contains("error:", StringComparison.Ordinal));
        Assert.Matches($"Topic .+ has 4 partitions and topic {Regex.Escape(odd)} has 6: a room's events meet only when all topics have the same number", said);
    }
}
