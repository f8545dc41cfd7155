using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Failures;

/// <summary>Records that are not events: each is counted and kept with its coordinates, and its neighbours are as if it were not there.</summary>
[Collection(RealServers.Name)]
public sealed class RejectedRecordTests(RealKafka kafka, RealRedis redis)
{
    private const int LargestRecordBytes = 16 << 20;
    private const int Neighbours = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Bad_records_are_counted_and_kept_and_their_neighbours_unharmed()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync(LargestRecordBytes);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var database = client.GetDatabase();
        var settings = topics.Settings.Append(new("LIVESTREAM__REDIS__CONFIGURATION", redis.Server.Configuration));
        await using var run = LiveStreamProgram.Start(["run"], settings);
        await run.ReadyAsync();

        var room = topics.RoomNamed("bad");
        var neighbour = topics.RoomNamed("good");
        var startMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 90_000;
        var bad = await SendAsync(topics, room, neighbour, startMs);

        var view = new RoomView(database, room);
        await Poll.UntilAsync(Limit, "the neighbours settle", async () =>
            await LikesAsync(view) == (Neighbours + 2, startMs) && await LikesAsync(new RoomView(database, neighbour)) == (Neighbours, startMs)
                ? null
                : $"{await LikesAsync(view)} {await LikesAsync(new RoomView(database, neighbour))} {await view.NowAsync()}\n{run.Process.Said()}");
        await Poll.UntilAsync(Limit, "every bad event is counted", async () =>
            await view.CounterAsync("rejected") == bad.Count ? null : $"{bad.Count} were sent: {await view.NowAsync()}");

        await Poll.UntilAsync(Limit, "every bad event is kept", async () =>
        {
            var expected = bad.Select(record => $"{record.Topic} {record.Partition} {record.Offset} {record.Index} {record.Reason}").Order(StringComparer.Ordinal).ToList();
            var letters = await topics.DeadLettersAsync();
            var kept = letters
                .Select(letter => $"{letter.GetProperty("topic")} {letter.GetProperty("partition")} {letter.GetProperty("offset")} {letter.GetProperty("index")} {letter.GetProperty("reason")}")
                .Order(StringComparer.Ordinal).ToList();
            return !expected.SequenceEqual(kept) ? $"\nexpected {string.Join(", ", expected)}\nkept {string.Join(", ", kept)}"
                : letters.Any(letter => letter.GetProperty("payload").GetString()!.Length > 1024) ? "A payload is longer than 1 KiB."
                : null;
        });
        await run.EndAsync();
    }

    /// <summary>Likes and start of a room's session as they are shown.</summary>
    private static async Task<(long Likes, long StartMs)> LikesAsync(RoomView view) =>
        await view.SnapshotAsync() is { } snapshot
            && snapshot.GetProperty("windows").GetProperty("session").GetProperty("events").TryGetProperty("like", out var likes)
            ? (likes.GetInt64(), snapshot.GetProperty("start").GetInt64())
            : (0, 0);

    /// <summary>Good and bad records in turn, in one partition; then, for the clock of both rooms, a later heartbeat.</summary>
    private static async Task<IReadOnlyList<BadEvent>> SendAsync(TestTopics topics, string room, string neighbour, long startMs)
    {
        using var sender = new EventSender(topics);
        var bad = new List<BadEvent>();
        var broken = BadRecords(room, neighbour, startMs);
        for (var i = 0; i < Neighbours; i++)
        {
            await sender.SendAsync("live.like", "like", room, $"u{i}", startMs + (i * 1000));
            await sender.SendAsync("live.like", "like", neighbour, $"u{i}", startMs + (i * 1000));
            if (i < broken.Count)
            {
                var (topic, value, index, reason) = broken[i];
                var place = await sender.SendAsync(topic, room, value, startMs + (i * 1000));
                bad.Add(new BadEvent(place.Topic, place.Partition, place.Offset, index, reason));
            }
        }

        await sender.SendAsync("live.presence", "heartbeat", room, "u0", startMs + 60_000);
        await sender.SendAsync("live.presence", "heartbeat", neighbour, "u0", startMs + 60_000);
        return bad;
    }

    /// <summary>Topic, value, which of its events is bad, and why. One is an array whose other two events are good.</summary>
    private static List<(string Topic, string Value, int Index, string Reason)> BadRecords(string room, string neighbour, long timeMs)
    {
        var good = EventSender.Event("like", room, "u1", timeMs + ((Neighbours - 1) * 1000));
        return
        [
            ("live.like", "{\"type\":\"like\",\"room\":\"", 0, "json"),
            ("live.like", "GET / HTTP/1.1", 0, "json"),
            ("live.like", "", 0, "json"),
            ("live.like", "[]", 0, "json"),
            ("live.like", "\u0000\u0001\u0002", 0, "json"),
            ("live.barrage", EventSender.Event("barrage", room, "u1", timeMs, $",\"text\":\"{new string('x', 10_000_000)}\""), 0, "size"),
            ("live.like", $$"""{"type":"like","room":"{{room}}","user":"u1","ts":"now"}""", 0, "fieldType"),
            ("live.like", EventSender.Event("like", room, "u1", timeMs, ",\"count\":\"many\""), 0, "fieldType"),
            ("live.like", EventSender.Event("like", room, "u1", timeMs, ",\"count\":0"), 0, "limit"),
            ("live.like", $$"""{"type":"like","room":"{{room}}","ts":{{timeMs}}}""", 0, "missing"),
            ("live.like", EventSender.Event("teleport", room, "u1", timeMs), 0, "type"),
            ("live.like", EventSender.Event("share", room, "u1", timeMs), 0, "type"),
            ("live.like", EventSender.Event("like", neighbour, "u1", timeMs), 0, "key"),
            ("live.like", EventSender.Event("like", room, "u1", timeMs + 120_000), 0, "future"),
            ("live.like", $"[{good},{{\"type\":7}},{good}]", 1, "fieldType"),
        ];
    }

    private sealed record BadEvent(string Topic, int Partition, long Offset, int Index, string Reason);
}
