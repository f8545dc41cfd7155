using System.Diagnostics;
using LiveStream.Integration.Fixtures;
using StackExchange.Redis;

namespace LiveStream.Integration.Recovery;

/// <summary>
/// Instances that come and go in order while rooms are on air: no event is lost or counted twice, and no room waits for a session to time out. How long
/// rooms stood still is written out.
/// </summary>
[Collection(RealServers.Name)]
public sealed class HandOverTests(RealKafka kafka, RealRedis redis)
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(6);

    [Fact]
    public Task Instances_of_the_classic_protocol_hand_rooms_over() => ScaleAsync();

    [Fact]
    public Task Instances_of_the_new_protocol_hand_rooms_over() => ScaleAsync(new KeyValuePair<string, string>("LIVESTREAM__KAFKA__PROPERTIES__group.protocol", "consumer"));

    [Fact]
    public async Task A_static_member_that_is_restarted_takes_its_rooms_without_a_rebalance()
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        KeyValuePair<string, string>[] Named(string name) => [.. settings, new("LIVESTREAM__KAFKA__PROPERTIES__group.instance.id", name)];
        await using var other = LiveStreamProgram.Start(["run"], Named("b"));
        await using var first = LiveStreamProgram.Start(["run"], Named("a"));
        await using var traffic = new RoomTraffic(topics, client.GetDatabase());
        await first.ReadyAsync();
        await other.ReadyAsync();
        await traffic.OnAirAsync(() => first.Process.Said() + other.Process.Said());
        var before = Count(other, "Kafka assigned");

        var from = Stopwatch.GetTimestamp();
        await first.EndAsync();
        await using var again = LiveStreamProgram.Start(["run"], Named("a"));
        await again.ReadyAsync();
        var took = Stopwatch.GetElapsedTime(from);
        await traffic.OnAirAsync(() => again.Process.Said());
        await traffic.SettledAsync(() => again.Process.Said() + other.Process.Said());
        Assert.Equal(before, Count(other, "Kafka assigned"));
        Write($"A static member was back {took.TotalSeconds:F1} s after it was told to end.");
        await again.EndAsync();
        await other.EndAsync();
    }

    [Fact]
    public async Task A_name_that_is_taken_over_ends_whoever_had_it()
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        settings["LIVESTREAM__KAFKA__PROPERTIES__group.instance.id"] = "same";
        await using var first = LiveStreamProgram.Start(["run"], settings);
        await first.ReadyAsync();
        await using var second = LiveStreamProgram.Start(["run"], settings);
        var code = await first.Process.ExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 1, $"The exit code is {code}.\n{first.Process.Said()}");
        Assert.True(first.Process.Errors.Contains("The Kafka client cannot go on", StringComparison.Ordinal), first.Process.Said());
        Assert.True(second.Process.Errors.Contains("by the name of this one", StringComparison.Ordinal), second.Process.Said());

        // It learns of the other by being shut out, or before that by a checkpoint that is refused.
        Assert.True(
            first.Process.Errors.Contains("by the name of this one", StringComparison.Ordinal) || first.Process.Errors.Contains("has a newer owner", StringComparison.Ordinal),
            first.Process.Said());
        await second.ReadyAsync();
        await second.EndAsync();
    }

    private async Task ScaleAsync(params KeyValuePair<string, string>[] more)
    {
        var (topics, settings, folder) = await PrepareAsync();
        using var checkpoints = folder;
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
        var running = new List<LiveStreamProgram> { LiveStreamProgram.Start(["run"], settings, more) };
        try
        {
            await using var traffic = new RoomTraffic(topics, client.GetDatabase());
            await running[0].ReadyAsync();
            await traffic.OnAirAsync(Said);
            traffic.TakeOldest();
            for (var instance = 1; instance < 4; instance++)
            {
                running.Add(LiveStreamProgram.Start(["run"], settings, more));
                await running[instance].ReadyAsync();
                await traffic.OnAirAsync(Said);
                Judge(traffic, $"instance {instance + 1} came");
            }

            var standstills = new List<TimeSpan>();
            for (var instance = 0; instance < 3; instance++)
            {
                await running[instance].EndAsync();

                // What the ended instance has left looks fresh for a moment: only what another one published is the end of the standstill.
                await traffic.OnAirAsync(Said, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                standstills.Add(Judge(traffic, $"instance {instance + 1} ended"));
            }

            // A second is promised; a machine that is shared makes it longer, so it is said and not asserted.
            Write($"At the best of these ends, rooms stood still for {standstills.Min().TotalMilliseconds:F0} ms.");
            await traffic.SettledAsync(Said);
            await running[3].EndAsync();
        }
        finally
        {
            foreach (var instance in running)
            {
                await instance.DisposeAsync();
            }
        }

        string Said() => string.Join('\n', running.Select((instance, number) => $"instance {number + 1}\n{instance.Process.Said()}"));

        static TimeSpan Judge(RoomTraffic traffic, string what)
        {
            var oldest = traffic.TakeOldest();
            Write($"When {what}, a live object was {oldest.TotalMilliseconds:F0} ms old at most.");
            Assert.True(oldest < SessionTimeout, $"When {what}, a room stood still for {oldest}, as if nobody had been told.");
            return oldest;
        }
    }

    private async Task<(TestTopics Topics, Dictionary<string, string> Settings, TemporaryFolder Checkpoints)> PrepareAsync()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        var folder = new TemporaryFolder();
        var settings = topics.Settings;
        settings["LIVESTREAM__REDIS__CONFIGURATION"] = redis.Server.Configuration;
        settings["LIVESTREAM__CHECKPOINT__FOLDER"] = folder.Path;
        settings["LIVESTREAM__CHECKPOINT__EVERYSECONDS"] = "2";
        return (topics, settings, folder);
    }

    private static int Count(LiveStreamProgram program, string part) => program.Process.Errors.Split('\n').Count(line => line.Contains(part, StringComparison.Ordinal));

    private static void Write(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
