using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>A dead-letter topic that takes nothing stops the reading before a letter is lost, and everything is there when it takes them again.</summary>
[Collection(RealServers.Name)]
public sealed class DeadLetterTroubleTests(RealKafka kafka, RealRedis redis)
{
    private const int Bad = 12_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_topic_that_refuses_stops_the_reading_and_loses_nothing()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await SetLargestAsync(admin, topics, "60");
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Server.Configuration;
        using var folder = new TemporaryFolder();
        settings["LIVESTREAM__CHECKPOINT__FOLDER"] = folder.Path;
        settings["LIVESTREAM__CHECKPOINT__EVERYSECONDS"] = "1";
        await using var run = LiveStreamProgram.Start(["run"], settings);
        await run.ReadyAsync();
        using var sender = new EventSender(topics);
        var room = topics.RoomNamed("poison");
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        await sender.SendAsync("live.like", "like", room, "u1", startMs);
        await sender.SendAsync("live.presence", "heartbeat", room, "u1", startMs + 50_000);
        for (var i = 0; i < Bad / 1_000; i++)
        {
            await sender.SendAsync("live.like", room, $"[{string.Join(',', Enumerable.Repeat("7", 1_000))}]", startMs);
        }

        await sender.SendAsync("live.like", "like", room, "u2", startMs + 1_000);
        var view = new RoomView(client.GetDatabase(), room);
        await Poll.UntilAsync(Limit, "10,000 letters wait", () => Task.FromResult(
            run.Process.Errors.Contains("Dead letters cannot be written", StringComparison.Ordinal) && run.Process.Errors.Contains("10000 wait;", StringComparison.Ordinal)
                ? null : run.Process.Said()));
        await Poll.UntilAsync(Limit, "reading has stopped there", () => Task.FromResult(
            run.Process.Errors.Contains("10002 events read", StringComparison.Ordinal) && !run.Process.Errors.Contains("10003 events read", StringComparison.Ordinal) ? null : run.Process.Said()));

        // What lies before letters that are not safe yet is not safe either.
        await Poll.UntilAsync(Limit, "checkpoints wait for the letters", () => Task.FromResult(
            run.Process.Errors.Contains("has been on its way for more than", StringComparison.Ordinal) ? null : run.Process.Said()));
        var before = Checkpoints(folder);
        await SetLargestAsync(admin, topics, "1000000");
        await Poll.UntilAsync(Limit, "everything is read", async () =>
            await view.CounterAsync("rejected") == Bad && await view.CounterAsync("read") == Bad + 3 ? null : $"{await view.NowAsync()}\n{run.Process.Said()}");
        await Poll.UntilAsync(Limit, "every letter is there once", async () =>
        {
            var letters = (await topics.DeadLettersAsync()).Select(letter => $"{letter.GetProperty("offset")} {letter.GetProperty("index")}").ToList();
            return letters.Count == Bad && letters.Distinct().Count() == Bad ? null : $"{letters.Count} letters";
        });
        await Poll.UntilAsync(Limit, "checkpoints are written again", () => Task.FromResult(Checkpoints(folder) != before ? null : run.Process.Said()));
        await run.EndAsync();
    }

    [Fact]
    public async Task A_topic_that_is_missing_is_said_and_filled_once_it_exists()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Server.Configuration;
        await using var run = LiveStreamProgram.Start(["run"], settings);
        await run.ReadyAsync();
        await admin.DeleteTopicsAsync([topics.DeadLetters]);
        using var sender = new EventSender(topics);
        await sender.SendAsync("live.like", "r", "{", 1_000);
        await Poll.UntilAsync(Limit, "the missing topic is named", () => Task.FromResult(
            run.Process.Errors.Contains($"Dead letters cannot be written to topic {topics.DeadLetters}", StringComparison.Ordinal) ? null : run.Process.Said()));
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topics.DeadLetters, NumPartitions = 4, ReplicationFactor = 1 }]);
        await Poll.UntilAsync(Limit, "the letter is there", async () =>
        {
            try
            {
                return (await topics.DeadLettersAsync()).Count == 1 ? null : run.Process.Said();
            }
            catch (Exception notYet) when (notYet is KafkaException or OperationCanceledException or JsonException)
            {
                return notYet.Message;
            }
        });
        await run.EndAsync();
    }

    private static string Checkpoints(TemporaryFolder folder) => string.Join(' ', Directory.GetFiles(folder.Path, "*.checkpoint").Order(StringComparer.Ordinal));

    private static Task SetLargestAsync(IAdminClient admin, TestTopics topics, string bytes) => admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
    {
        [new ConfigResource { Type = ResourceType.Topic, Name = topics.DeadLetters }] =
            [new ConfigEntry { Name = "max.message.bytes", Value = bytes, IncrementalOperation = AlterConfigOpType.Set }],
    });
}
