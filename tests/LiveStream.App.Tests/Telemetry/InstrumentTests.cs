using LiveStream.App.Demo;
using LiveStream.App.Telemetry;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveStream.App.Tests.Telemetry;

/// <summary>The instruments that an operator watches have the names that dashboards know, and count.</summary>
public sealed class InstrumentTests
{
    [Fact]
    public void Checkpoints_and_what_groups_began_from_are_counted()
    {
        using var watch = new MeterWatch();
        using var meter = watch.Making(() => new RecoveryMeter(TimeProvider.System));
        Times(1, () => meter.CountWritten(3, 100, TimeSpan.Zero, DateTimeOffset.UnixEpoch));
        Times(2, meter.CountFailed);
        Times(3, meter.CountRefused);
        Times(4, meter.CountDamaged);
        Times(5, () => meter.CountRestore(fromCheckpoint: true));
        Times(6, () => meter.CountRestore(fromCheckpoint: false));
        string[] names = ["checkpoint.written", "checkpoint.failed", "checkpoint.refused", "checkpoint.damaged", "groups.restored", "groups.rebuilt"];
        Assert.Equal([1, 2, 3, 4, 5, 6], names.Select(name => watch.Read($"LiveStream.Recovery: livestream.{name}")));
    }

    [Fact]
    public async Task Rebalances_are_counted()
    {
        Ingest.Native.KafkaLibrary.EnsureLoaded();
        using var kafka = EmbeddedKafka.Start("like");
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => new NoSink());
        var options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers, GroupId = "counted", Topics = [new("like", [EventType.Like])], DeadLetterTopic = "" };
        var source = new KafkaSource(options, new EngineOptions(), engine, new Pseudonym(new byte[32]), TimeProvider.System, NullLogger.Instance);
        using var watch = new MeterWatch();
        using var meter = watch.Making(() => new LineMeter(engine, source));
        Assert.Equal(0, watch.Read("LiveStream: livestream.kafka.rebalances"));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(60));
        var running = source.RunAsync(stop.Token);
        while (watch.Read("LiveStream: livestream.kafka.rebalances") != 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), stop.Token);
        }

        await stop.CancelAsync();
        await running;
    }

    private static void Times(int times, Action count)
    {
        for (var i = 0; i < times; i++)
        {
            count();
        }
    }

    private sealed class NoSink : LaneSink
    {
        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
        }
    }
}
