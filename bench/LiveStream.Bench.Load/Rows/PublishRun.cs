using System.Text;
using LiveStream.App.Simulate;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using LiveStream.Publish;
using LiveStream.Publish.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// An engine of one lane at the pace of the clock: one event a room and second on average, W1's mix, half a minute of them behind it; with
/// a publisher or without.
/// </summary>
internal sealed class PublishRun : IAsyncDisposable
{
    private const int SecondsBehind = 30;
    private const int MostSecondsToWarm = 3;
    private static readonly TimeSpan FeedEvery = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan WriteOutLimit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly RedisPublisher? _publisher;
    private readonly StreamEngine _engine;
    private readonly GroupIntake _intake;
    private readonly SimulatedInput _input;
    private readonly W1Generator _source;
    private readonly Task _feeding;

    /// <summary>Starts it, and catches up with the clock.</summary>
    public PublishRun(int rooms, string? redis)
    {
        var nowMs = NowMs();
        var options = SimulationOptions.For(App.Simulate.Workload.W1) with { Rooms = rooms, Rate = rooms, StartMs = nowMs - (SecondsBehind * 1000) };
        _source = new W1Generator(options);
        if (redis is not null)
        {
            var board = new RoomBoard(TimeProvider.System, rooms);
            _publisher = new RedisPublisher(
                new RedisOptions { Configuration = redis }, board, () => _engine!.Counters, static _ => 1, TimeProvider.System, NullLogger.Instance);
        }

        _engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => _publisher?.CreateSink() ?? (LaneSink)new SilentSink());
        _intake = _engine.OpenGroup(group: 0, partitions: 1);
        _input = new SimulatedInput(_intake);
        for (var room = 0; room < rooms; room++)
        {
            _input.Add(new SimulatedEvent { Type = EventType.Enter, Room = room, Viewer = room, TimeMs = options.FirstMs, Id = 0, Quantity = 1, Count = 1 });
        }

        _publisher?.Start();
        _feeding = Task.Factory.StartNew(Feed, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The hash of a room's numbers.</summary>
    public static string ScreenKey(int room) => $"live:{{{Encoding.UTF8.GetString(SimulatedEventJson.RoomId(room))}}}:screen";

    /// <summary>Measures some seconds of the clock.</summary>
    /// <returns>What they took, and the rooms that Redis took in them.</returns>
    public async Task<(Taken Taken, long Written)> MeasureAsync(int seconds)
    {
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(Math.Min(MostSecondsToWarm, seconds))), _feeding, _engine.Faulted).Unwrap();
        var writtenBefore = _publisher?.Meter.Written ?? 0;
        var meter = Meter.Start();
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(seconds)), _feeding, _engine.Faulted).Unwrap();
        return (meter.Stop(), (_publisher?.Meter.Written ?? 0) - writtenBefore);
    }

    /// <summary>Settles all and writes it out.</summary>
    /// <returns>The last T.</returns>
    public async Task<long> CompleteAsync()
    {
        await _stop.CancelAsync();
        await _feeding;
        _intake.SettleAll();
        _intake.Flush(CancellationToken.None);
        await _engine.CompleteAsync();
        if (_publisher is not null)
        {
            using var limit = new CancellationTokenSource(WriteOutLimit);
            await _publisher.StopAsync(limit.Token);
        }

        return _intake.SettledMs;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _engine.DisposeAsync();
        if (_publisher is not null)
        {
            await _publisher.DisposeAsync();
        }

        _stop.Dispose();
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private void Feed()
    {
        var e = default(SimulatedEvent);
        var nextTickMs = 0L;
        while (!_stop.Token.WaitHandle.WaitOne(FeedEvery))
        {
            var nowMs = NowMs();
            while (_source.TryNext(nowMs, ref e))
            {
                _input.Add(e);
            }

            _intake.Flush(CancellationToken.None);
            if (nowMs >= nextTickMs)
            {
                nextTickMs = nowMs + new RedisOptions().LiveEveryMs;
                _engine.Tick(nowMs);
            }
        }
    }

    private sealed class SilentSink : LaneSink
    {
        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
        }
    }
}
