using LiveStream.Publish.Redis;
using LiveStream.Publish.Tests.Fixtures;
using LiveStream.Simulation.World;
using StackExchange.Redis;

namespace LiveStream.Publish.Tests.Redis;

/// <summary>What the simulation takes for the scripts gives the replies and the keys that the scripts give on a server.</summary>
public sealed class ScriptTwinTests
{
    private const int Calls = 3000;

    private static readonly string[] Windows = ["1m", "session"];

    [Fact]
    public async Task Replies_and_keys_are_those_of_a_server()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        await using var server = await RedisServer.StartAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync($"{server.Configuration},allowAdmin=true");
        var database = client.GetDatabase();
        var twin = new MemoryRedis();
        var random = new Random(7);
        RoomKeys[] rooms = [new("live", "r1"), new("live", "r{2}%")];
        var replies = new HashSet<long>();
        for (var i = 0; i < Calls; i++)
        {
            var keys = rooms[random.Next(rooms.Length)];
            if (random.Next(50) == 0)
            {
                twin.Flush();
                await server.CommandAsync("FLUSHALL");
            }

            if (random.Next(3) == 0)
            {
                // Also the same room twice: then the second write meets what the first has left.
                var several = Enumerable.Range(0, random.Next(1, 5)).Select(_ => rooms[random.Next(rooms.Length)]).ToArray();
                RedisKey[] liveKeys = [.. several.SelectMany(room => room.Live)];
                RedisValue[] liveArguments = [3600, .. several.SelectMany(_ => LiveArguments(random))];
                var digits = (string)(await database.ScriptEvaluateAsync(Scripts.Live, liveKeys, liveArguments))!;
                Assert.Equal(several.Length, digits.Length);
                Assert.Equal(digits, (string?)twin.Evaluate(Scripts.Live, liveKeys, liveArguments));
                replies.UnionWith(digits.Select(digit => (long)(digit - '0')));
            }
            else
            {
                var (names, arguments) = (keys.Settled(Windows), SettledArguments(random, keys.Channel, twin.Hash(keys.Fence!)));
                var expected = (long)await database.ScriptEvaluateAsync(Scripts.Settled, names, arguments);
                Assert.Equal(expected, (long)twin.Evaluate(Scripts.Settled, names, arguments));
                replies.Add(Math.Sign(expected) * Math.Min(2, Math.Abs(expected)));
            }

            await SameKeysAsync(database, twin, rooms[0]);
            await SameKeysAsync(database, twin, rooms[1]);
        }

        Assert.Equal([-2, 0, 1, 2], replies.Order());
    }

    private static RedisValue[] LiveArguments(Random random) =>
        [random.Next(4), random.Next(100), $$"""{"n":{{random.Next(10)}}}""", random.Next(3) == 0 ? 0 : random.Next(60) * 1000, random.Next(60) * 1000];

    private static RedisValue[] SettledArguments(Random random, string channel, IReadOnlyDictionary<string, string> fence)
    {
        var asOfMs = random.Next(60) * 1000;
        var isWhole = random.Next(3) == 0;
        var isWrong = random.Next(4) == 0;
        List<RedisValue> arguments =
        [
            asOfMs, random.Next(4),
            isWhole ? "" : isWrong ? random.Next(60) * 1000 : fence.GetValueOrDefault("asOf", "1000"),
            isWhole ? "" : isWrong ? random.Next(4) : fence.GetValueOrDefault("epoch", "1"),
            3600, channel, asOfMs, $$"""{"asOf":{{asOfMs}},"n":{{random.Next(10)}}}""",
            isWhole ? "w" : random.Next(2) == 0 ? "a" : "",
            $"[{string.Join(',', Enumerable.Range(0, random.Next(random.Next(20) == 0 ? 450 : 4)).Select(i => $$"""{"t":{{i}}}"""))}]",
        ];
        arguments.AddRange(ScreenFields.Names.Select(_ => random.Next(5) == 0 ? RedisValue.EmptyString : (RedisValue)random.Next(100)));
        foreach (var _ in Windows)
        {
            var rows = random.Next(-1, 4);
            arguments.Add(rows);
            for (var row = 0; row < rows; row++)
            {
                arguments.Add(random.Next(100));
                arguments.Add($"p{row + random.Next(3)}");
            }
        }

        return [.. arguments];
    }

    private static async Task SameKeysAsync(IDatabase database, MemoryRedis twin, RoomKeys keys)
    {
        var settled = keys.Settled(Windows);
        foreach (var hash in new[] { settled[0], settled[2] })
        {
            var actual = (await database.HashGetAllAsync(hash)).ToDictionary(field => (string)field.Name!, field => (string)field.Value!);
            Assert.Equal(actual.OrderBy(field => field.Key), twin.Hash(hash!).OrderBy(field => field.Key));
        }

        Assert.Equal((byte[]?)await database.StringGetAsync(settled[1]), twin.Value(settled[1]!));
        Assert.Equal((byte[]?)await database.StringGetAsync(keys.Now), twin.Value(keys.Now!));
        Assert.Equal((await database.ListRangeAsync(settled[3])).Select(point => (string)point!), twin.List(settled[3]!));
        foreach (var hot in settled[4..])
        {
            var actual = (await database.SortedSetRangeByRankWithScoresAsync(hot)).ToDictionary(row => (string)row.Element!, row => row.Score);
            Assert.Equal(actual.OrderBy(row => row.Key, StringComparer.Ordinal), twin.SortedSet(hot!).OrderBy(row => row.Key, StringComparer.Ordinal));
        }
    }
}
