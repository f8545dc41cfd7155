using LiveStream.Ingest.Kafka;
using LiveStream.Ingest.Tests.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>The reading thread against mock brokers and a real engine.</summary>
public sealed class KafkaSourceTests : IAsyncDisposable
{
    private const long Start = 1_700_000_000_000;

    private readonly MockKafka _kafka = new();
    private readonly EngineProbe _probe = new(new PipelineOptions { Lanes = 2, BatchEvents = 128, QueuedBatches = 4 });
    private readonly LogProbe _log = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _probe.DisposeAsync();
        _kafka.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task All_topics_are_read_and_settle_when_they_are_idle()
    {
        await _kafka.CreateAsync("like", "click", "quiet");
        for (var i = 0; i < 20_000; i++)
        {
            _kafka.Send("like", "like", $"r{i % 50}", Start + i);
            if (i % 10 == 0)
            {
                _kafka.Send("click", $"r{i % 50}", Start + i, $$"""{"room":"r{{i % 50}}","ts":{{Start + i}},"user":"u","product":"p","type":"click"}""");
            }
        }

        _kafka.Flush();
        var source = Run(new KafkaOptions { Topics = [new("like", [EventType.Like]), new("click", [EventType.Click]), new("quiet", [EventType.Cart])] });
        await WaitFor.TrueAsync(() => _probe.Engine.Counters.Read == 22_000, "all events");
        await WaitFor.TrueAsync(() => _probe.SettledMs >= Start + 17_000, "settling");
        await WaitFor.TrueAsync(() => source.Lag.Count == 12 && source.Lag.All(lag => lag.Lag == 0), "no lag");
        Assert.Equal(KafkaSourceState.Reading, source.State);
        await StopAsync();
        var counters = _probe.Engine.Counters;
        Assert.Equal((22_000, 0, 0), (counters.Read, counters.Late, counters.Rejected));
        Assert.True(counters.Balanced);
        Assert.Equal(KafkaSourceState.Stopped, source.State);
    }

    [Fact]
    public async Task Rejected_events_go_to_the_dead_letter_topic_with_their_coordinates()
    {
        await _kafka.CreateAsync("like", "dead");
        _kafka.Send("like", "r1", Start, "[{\"broken\"},5]");
        _kafka.Send("like", "r1", Start, $$"""{"room":"r2","ts":{{Start}},"user":"u"}""");
        _kafka.Send("like", "r1", Start, $$"""{"room":"r1","ts":{{Start + 60_001}},"user":"u"}""");
        _kafka.Send("like", "like", "r1", Start);
        _kafka.Flush();
        var source = Run(new KafkaOptions { Topics = [new("like", [EventType.Like])], DeadLetterTopic = "dead" });
        await WaitFor.TrueAsync(() => _probe.Engine.Counters.Read == 5, "all events");
        var letters = _kafka.ReadAll("dead", 4);
        Assert.Equal(2, letters.Count(letter => letter.Contains("\"reason\":\"json\"")));
        Assert.Contains(letters, letter => letter.Contains("\"reason\":\"key\"") && letter.Contains("\"offset\":1"));
        Assert.Contains(letters, letter => letter.Contains("\"reason\":\"future\"") && letter.Contains("\"offset\":2"));
        await WaitFor.TrueAsync(() => source.DeadLettersWaiting == 0, "confirmed letters");
        Assert.Equal(4, _probe.Engine.Counters.Rejected);
    }

    [Fact]
    public async Task A_topic_far_ahead_waits_for_the_slow_one_so_nothing_is_late()
    {
        await _kafka.CreateAsync("like", "cart");
        for (var i = 0; i < 40_000; i++)
        {
            _kafka.Send("like", "like", "r1", Start + (i * 100L));
        }

        for (var i = 0; i < 4_000; i++)
        {
            _kafka.Send("cart", "r1", Start + (i * 1000L), $$"""{"room":"r1","ts":{{Start + (i * 1000L)}},"user":"u","product":"p"}""");
        }

        _kafka.Flush();
        Run(new KafkaOptions { Topics = [new("like", [EventType.Like]), new("cart", [EventType.Cart])] }, new EngineOptions { MaxAheadMs = 1_000 });
        await WaitFor.TrueAsync(() => _probe.Engine.Counters.Read == 44_000, "all events");
        Assert.Equal(0, _probe.Engine.Counters.Late);
    }

    [Fact]
    public async Task Lanes_that_are_full_stop_the_reading_until_they_have_room()
    {
        await _kafka.CreateAsync("like");
        for (var i = 0; i < 50_000; i++)
        {
            _kafka.Send("like", "like", $"r{i % 50}", Start + i);
        }

        _kafka.Flush();
        _probe.Gate.Reset();
        var source = Run(new KafkaOptions { Topics = [new("like", [EventType.Like])] });
        await WaitFor.TrueAsync(() => source.IsBlocked, "the stop");
        var read = _probe.Engine.Counters.Read;
        Assert.InRange(read, 1, 40_000);
        await WaitFor.TrueAsync(() => source.Lag.Count == 4 && source.Lag.Sum(lag => lag.End) == 50_000, "an answer about the lag, while stopped");
        Assert.True(source.Lag.Sum(lag => lag.Lag) > KafkaSource.CaughtUpRecords);
        Assert.Equal((KafkaSourceState.Reading, false), (source.State, source.IsCaughtUp));
        Assert.InRange(_probe.Engine.Counters.Read, read, read + 5_000);
        _probe.Gate.Set();
        await WaitFor.TrueAsync(() => _probe.Engine.Counters.Read == 50_000, "all events");
        await WaitFor.TrueAsync(() => source.IsCaughtUp, "the word that nothing is left");
        await StopAsync();
        Assert.Equal((50_000, 0), (_probe.Engine.Counters.Read, _probe.Engine.Counters.Late));
    }

    [Fact]
    public async Task Missing_topics_are_waited_for_and_said_once()
    {
        await _kafka.CreateAsync("like");
        var source = Run(new KafkaOptions { Topics = [new("like", [EventType.Like]), new("later", [EventType.Cart])] });
        await WaitFor.TrueAsync(() => _log.Count("has no topic later") == 1, "the message");
        Assert.Equal(KafkaSourceState.WaitingForTopics, source.State);
        await _kafka.CreateAsync("later");
        _kafka.Send("like", "like", "r1", Start);
        await WaitFor.TrueAsync(() => _probe.Engine.Counters.Read == 1, "the event");
        Assert.Equal(1, _log.Count("has no topic"));
    }

    [Fact]
    public async Task An_unreachable_broker_is_one_sentence()
    {
        var source = new KafkaSource(
            new KafkaOptions { BootstrapServers = "127.0.0.1:1" }, new EngineOptions(), _probe.Engine, Samples.Pseudonym, TimeProvider.System, _log);
        _running = source.RunAsync(_stop.Token);
        await WaitFor.TrueAsync(() => _log.Count("Kafka at 127.0.0.1:1 cannot be reached") == 1, "the message");
        await _stop.CancelAsync();
        await _running;
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task A_refused_property_stops_the_start()
    {
        Run(new KafkaOptions { Properties = new Dictionary<string, string> { ["isolation.level"] = "read_uncommitted" } });
        await Assert.ThrowsAsync<KafkaSourceException>(() => _running);
    }

    [Fact]
    public async Task A_second_instance_takes_half_of_the_groups()
    {
        await _kafka.CreateAsync("like");
        for (var i = 0; i < 1_000; i++)
        {
            _kafka.Send("like", "like", $"r{i % 50}", Start + i);
        }

        _kafka.Flush();
        var options = new KafkaOptions { Topics = [new("like", [EventType.Like])] };
        Run(options);
        await WaitFor.TrueAsync(() => _probe.Engine.Counters.Read == 1_000, "all events");
        await using var second = new EngineProbe();
        using var stopSecond = new CancellationTokenSource();
        var other = new KafkaSource(options with { BootstrapServers = _kafka.BootstrapServers, DeadLetterTopic = "" }, new EngineOptions(), second.Engine, Samples.Pseudonym, TimeProvider.System, _log);
        var running = other.RunAsync(stopSecond.Token);
        await WaitFor.TrueAsync(() => other.Lag.Count == 2 && other.Lag.All(lag => lag.End > 0 && lag.Lag == 0 && lag.Position > 0), "half of the groups");
        Assert.InRange(second.Engine.Counters.Read, 1, 999);
        await stopSecond.CancelAsync();
        await running;
        await StopAsync();
        await second.Engine.CompleteAsync();
        Assert.True(second.Engine.Counters.Balanced);
    }

    [Fact]
    public async Task The_same_comes_of_a_log_in_batches_and_one_by_one()
    {
        await _kafka.CreateAsync("like", "dead");
        var random = new Random(5);
        var made = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var room = $"r{random.Next(40)}";
            var events = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(10) == 0 ? "{\"room\":" : $$"""{"room":"{{room}}","ts":{{Start + i}},"user":"u{{random.Next(99)}}"}""").ToArray();
            made += Math.Max(1, events.Length);
            _kafka.Send("like", random.Next(20) == 0 ? "other" : room, Start + i, string.Join('\n', events));
        }

        _kafka.Flush();
        var options = new KafkaOptions { BootstrapServers = _kafka.BootstrapServers, Topics = [new("like", [EventType.Like])], DeadLetterTopic = "dead" };
        var rejected = new List<long[]>();
        foreach (var inBatches in new[] { true, false })
        {
            await using var probe = new EngineProbe();
            using var stop = new CancellationTokenSource();
            var source = new KafkaSource(options with { GroupId = $"g{inBatches}", ReadInBatches = inBatches }, new EngineOptions(), probe.Engine, Samples.Pseudonym, TimeProvider.System, _log);
            var running = source.RunAsync(stop.Token);
            await WaitFor.TrueAsync(() => probe.Engine.Counters.Read == made, "all events");
            await WaitFor.TrueAsync(() => source.Lag.Count == 4 && source.Lag.All(lag => lag.Lag == 0 && lag.Position > 0) && source.Lag.Sum(lag => lag.Position) == 3_000, "the ends");
            await stop.CancelAsync();
            await running;
            await probe.Engine.CompleteAsync();
            Assert.Equal((made, true), (probe.Engine.Counters.Read, probe.Engine.Counters.Balanced));
            rejected.Add([.. probe.Engine.RejectedByReason]);
        }

        Assert.Equal(rejected[0], rejected[1]);
        Assert.True(rejected[0].Count(count => count > 0) >= 2);
        Assert.Equal(2 * rejected[0].Sum(), _kafka.ReadAll("dead", (int)(2 * rejected[0].Sum())).Count);
    }

    private KafkaSource Run(KafkaOptions options, EngineOptions? engine = null)
    {
        var complete = options with { BootstrapServers = _kafka.BootstrapServers, DeadLetterTopic = options.DeadLetterTopic == "dead" ? "dead" : "" };
        var source = new KafkaSource(complete, engine ?? new EngineOptions(), _probe.Engine, Samples.Pseudonym, TimeProvider.System, _log);
        _running = source.RunAsync(_stop.Token);
        return source;
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _probe.Engine.CompleteAsync();
    }
}
