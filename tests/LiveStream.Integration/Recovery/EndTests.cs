using System.Diagnostics;
using LiveStream.Integration.Fixtures;
using LiveStream.Publish.Tests.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>SIGTERM: whatever does not answer then, the process ends within 5 s with exit code 0.</summary>
[Collection(TimedTests.Name)]
public sealed class EndTests
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task It_ends_in_time_whoever_does_not_answer(bool isKafkaFrozen, bool isRedisFrozen)
    {
        Assert.SkipUnless(KafkaHome.Missing is null, KafkaHome.Missing ?? "");
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.WhyNot);
        await using var kafka = await KafkaBroker.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        await using var run = LiveStreamProgram.Start(["run"], topics.Settings.Append(new("LIVESTREAM__REDIS__CONFIGURATION", redis.Configuration)));
        await using (var traffic = new RoomTraffic(topics, client.GetDatabase(), rooms: 4))
        {
            await run.ReadyAsync();
            await traffic.OnAirAsync(run.Process.Said);
        }

        if (isKafkaFrozen)
        {
            await kafka.SignalAsync(1, "STOP");
        }

        if (isRedisFrozen)
        {
            await redis.FreezeAsync();
        }

        var from = Stopwatch.GetTimestamp();
        await run.Process.SignalAsync("TERM");
        var code = await run.Process.ExitAsync(TimeSpan.FromSeconds(20));
        var took = Stopwatch.GetElapsedTime(from);
        await kafka.SignalAsync(1, "CONT");
        await redis.ThawAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"It took {took.TotalSeconds:F2} s.");
        Assert.True(code == 0, $"The exit code is {code}.\n{run.Process.Said()}");
        Assert.True(took < EndLimit, $"It took {took}.\n{run.Process.Said()}");
    }
}
