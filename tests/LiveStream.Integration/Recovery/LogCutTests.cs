using Confluent.Kafka;
using Confluent.Kafka.Admin;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>Kafka has deleted records that were to be read next: said loudly, and the rooms are built anew from what there is, never from the end.</summary>
[Collection(RealServers.Name)]
public sealed class LogCutTests(RealKafka kafka, RealRedis redis)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_kafka_has_deleted_is_said_and_the_rest_is_read()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        using var folder = new TemporaryFolder();
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Server.Configuration;
        settings["LIVESTREAM__CHECKPOINT__FOLDER"] = folder.Path;
        using var sender = new EventSender(topics);
        var room = topics.RoomNamed("cut");
        var view = new RoomView(client.GetDatabase(), room);
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 120_000;
        var last = await SendAsync(sender, room, startMs, 40);
        await using (var first = LiveStreamProgram.Start(["run"], settings))
        {
            await LikesAsync(view, 40, first);
            await first.EndAsync();
        }

        await SendHalfAsync(sender, room, startMs + 40_000, last);
        await client.GetDatabase().KeyDeleteAsync([$"live:{{{room}}}:snapshot", $"live:{{{room}}}:fence"]);
        await using var second = LiveStreamProgram.Start(["run"], settings);
        await LikesAsync(view, 5, second);
        var said = second.Process.Errors;
        Assert.Contains($"Partition group {last.Partition} begins anew at the earliest records", said, StringComparison.Ordinal);
        Assert.Contains("Kafka has deleted older ones", said, StringComparison.Ordinal);
        Assert.False((await view.SnapshotAsync())!.Value.GetProperty("settled").GetBoolean());
        await second.EndAsync();
    }

    [Fact]
    public async Task What_kafka_deletes_before_a_running_instance_has_read_it_is_said_too()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var settings = topics.Settings.Append(new("LIVESTREAM__REDIS__CONFIGURATION", redis.Server.Configuration));
        using var sender = new EventSender(topics);
        var room = topics.RoomNamed("overtaken");
        var view = new RoomView(client.GetDatabase(), room);
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 120_000;
        await using var run = LiveStreamProgram.Start(["run"], settings);
        await run.ReadyAsync();
        var last = await SendAsync(sender, room, startMs, 40);
        await LikesAsync(view, 40, run);
        Assert.True((await view.SnapshotAsync())!.Value.GetProperty("settled").GetBoolean());

        await run.Process.SignalAsync("STOP");
        await SendHalfAsync(sender, room, startMs + 40_000, last);
        await run.Process.SignalAsync("CONT");
        await LikesAsync(view, 5, run);
        Assert.False((await view.SnapshotAsync())!.Value.GetProperty("settled").GetBoolean());
        Assert.Contains("the consumer is built anew, the group from what there is", run.Process.Errors, StringComparison.Ordinal);
        await run.EndAsync();
    }

    /// <summary>Sends ten more, of which the first five are deleted before anybody has read them.</summary>
    private async Task SendHalfAsync(EventSender sender, string room, long startMs, (string Topic, int Partition, long Offset) last)
    {
        await SendAsync(sender, room, startMs, 10);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(last.Topic, last.Partition, last.Offset + 6)]);
    }

    private static async Task<(string Topic, int Partition, long Offset)> SendAsync(EventSender sender, string room, long startMs, int count)
    {
        var last = ("", 0, 0L);
        for (var i = 0; i < count; i++)
        {
            last = await sender.SendAsync("live.like", room, EventSender.Event("like", room, $"u{i}", startMs + (i * 1000)), startMs + (i * 1000));
        }

        await sender.SendAsync("live.presence", "heartbeat", room, "u0", startMs + (count * 1000) + 20_000);
        return last;
    }

    private static Task LikesAsync(RoomView view, long expected, LiveStreamProgram run) => Poll.UntilAsync(Limit, $"{expected} likes", async () =>
    {
        var likes = await view.LikesAsync();
        return likes == expected ? null : $"{likes} likes.\n{run.Process.Said()}";
    });
}
