using LiveStream.App.Configuration;
using LiveStream.App.Recovery;
using LiveStream.App.Telemetry;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Options;
using LiveStream.Publish;
using LiveStream.Publish.Redis;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Run;

/// <summary>
/// Kafka -> lanes -> Redis and the big screen, composed. Owned by <see cref="LineService"/>: started once, drained once.
/// </summary>
internal sealed class Line : IAsyncDisposable
{
    private static readonly TimeSpan WriteOutLimit = TimeSpan.FromMilliseconds(1_500);

    private static readonly TimeSpan HangLimit = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider time;
    private readonly TimeSpan tickEvery;
    private readonly RedisPublisher publisher;
    private readonly StreamEngine engine;
    private readonly KafkaSource source;
    private readonly LineMeter meter;
    private readonly CancellationTokenSource stopIntake = new();
    private readonly CancellationTokenSource stopTicks = new();
    private Task intake = Task.CompletedTask;
    private Task ticks = Task.CompletedTask;

    public Line(
        LiveStreamOptions options, byte[] identityKey, GroupEpochs epochs, GroupRecovery recovery, RoomBoard board, TimeProvider time, ILoggerFactory loggers)
    {
        this.time = time;
        tickEvery = TimeSpan.FromMilliseconds(options.Settings.Redis.LiveEveryMs);
        publisher = new RedisPublisher(StageOptions.Redis(options), board, () => engine!.Counters, epochs.Of, time, loggers.CreateLogger("Redis"));
        engine = new StreamEngine(options.Engine, new PipelineOptions { Lanes = options.Lanes }, _ => publisher.CreateSink());
        source = new KafkaSource(StageOptions.Kafka(options), options.Engine, engine, new Pseudonym(identityKey), time, loggers.CreateLogger("Kafka"))
        {
            Hooks = recovery.Hooks(options.Settings.Checkpoint.EverySeconds, publisher.DropGroup),
        };
        epochs.IsCertain = () => source.IsMemberForSure;
        meter = new LineMeter(engine, source);
    }

    /// <summary>Counters of everything read since the start.</summary>
    public Pipeline.Output.CounterTotals Counters => engine.Counters;

    /// <summary>The rooms of this instance are restored, read up to the ends of their logs, and their numbers reach Redis.</summary>
    public bool IsReady => source.IsCaughtUp && source.IsMemberForSure && publisher.IsConnected;

    /// <summary>Rooms that are published.</summary>
    public long Rooms => publisher.Meter.Rooms;

    /// <summary>Times that Kafka gave groups to this instance or took them, since the start.</summary>
    public long Rebalances => source.Rebalances;

    /// <summary>Writes that Redis refused because it has newer state, and connections to it after the first, since the start.</summary>
    public (long Fenced, long Reconnections) Redis => (publisher.Meter.Fenced, publisher.Meter.Reconnections);

    /// <summary>Records between what has been read and the ends of the partitions.</summary>
    public long LagRecords => source.Lag.Sum(partition => partition.Lag);

    /// <summary>Starts every stage, the last one first.</summary>
    public void Start()
    {
        publisher.Start();
        ticks = TickAsync();
        intake = source.RunAsync(stopIntake.Token);
    }

    /// <summary>Ends when any stage ends; faulted with what it threw.</summary>
    public Task AnyEnded() => Task.WhenAny(intake, ticks, publisher.Completion, engine.Faulted).Unwrap();

    /// <summary>Stops the stages from the first one on, so that what has been read gets out.</summary>
    public async Task DrainAsync()
    {
        await stopIntake.CancelAsync();
        await intake;
        await engine.CompleteAsync();
        await stopTicks.CancelAsync();
        await ticks;
        using var limit = new CancellationTokenSource(WriteOutLimit, time);
        await publisher.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stopIntake.CancelAsync();
        await stopTicks.CancelAsync();
        await Task.WhenAny(intake, Task.Delay(HangLimit, time));
        if (!intake.IsCompleted)
        {
            return;
        }

        await ticks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await engine.DisposeAsync();
        await publisher.DisposeAsync();
        meter.Dispose();
        stopIntake.Dispose();
        stopTicks.Dispose();
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(tickEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopTicks.Token))
            {
                engine.Tick(time.GetUtcNow().ToUnixTimeMilliseconds());
            }
        }
        catch (OperationCanceledException) when (stopTicks.IsCancellationRequested)
        {
            // The lanes have ended: nothing is left to hand out.
        }
    }
}
