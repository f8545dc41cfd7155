using System.Globalization;
using System.Text.Json;
using LiveStream.App.Configuration;
using LiveStream.App.Recovery;
using LiveStream.App.Run;
using LiveStream.App.Telemetry;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using LiveStream.Publish;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// The line as <c>livestream run</c> composes it, over a log that lies in Kafka; for one run. The clock runs from the moment its
/// partitions are assigned until every room's last snapshot is in Redis.
/// </summary>
internal sealed class LineRun : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _folder;
    private readonly KafkaLog _log;
    private readonly ConnectionMultiplexer _redis;
    private readonly ICheckpointStore? _store;
    private readonly RecoveryMeter _recovered;
    private readonly GroupRecovery _recovery;
    private readonly Line _line;

    private LineRun(KafkaLog log, ConnectionMultiplexer redis, DirectoryInfo folder, LiveStreamOptions options, ICheckpointStore? store)
    {
        _log = log;
        _redis = redis;
        _folder = folder;
        _store = store;
        var epochs = new GroupEpochs(store, TimeProvider.System);
        var board = new RoomBoard(TimeProvider.System, options.Engine.Caps.MaxRooms);
        _recovered = new RecoveryMeter(TimeProvider.System);
        _recovery = new GroupRecovery(
            store, epochs, [.. options.Topics.Select(topic => topic.Name)], StateConfiguration.HashOf(options.Engine, options.IdentityKey!), _recovered, TimeProvider.System,
            NullLogger.Instance);
        _line = new Line(options, options.IdentityKey!, epochs, _recovery, board, TimeProvider.System, NullLoggerFactory.Instance);
    }

    /// <summary>Composes the line; Redis is emptied.</summary>
    /// <param name="log">What it reads, with a group of its own.</param>
    /// <param name="redis">Connection string.</param>
    /// <param name="lanes">Lanes.</param>
    public static async Task<LineRun> CreateAsync(KafkaLog log, string redis, int lanes)
    {
        var client = await ConnectionMultiplexer.ConnectAsync(redis);
        await client.GetDatabase().ExecuteAsync("FLUSHALL");
        var folder = Directory.CreateTempSubdirectory("livestream-bench-");
        var settings = log.Topics.ToDictionary(topic => $"Kafka:Topics:{topic.Topic}", topic => string.Join(',', topic.Types.Select(EventTypes.Name)));
        settings["Kafka:BootstrapServers"] = log.BootstrapServers;
        settings["Kafka:GroupId"] = $"bench-{Guid.NewGuid():N}";
        settings["Kafka:DeadLetterTopic"] = "";
        settings["Redis:Configuration"] = redis;
        settings["Engine:Lanes"] = lanes.ToString(CultureInfo.InvariantCulture);
        settings["Checkpoint:Folder"] = folder.FullName;
        settings["Identity:Key"] = new string('0', 64);
        var options = SettingsReader.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"{ConfigurationSources.Section}:{pair.Key}", (string?)pair.Value)))
            .Build());
        return new LineRun(log, client, folder, options, await CheckpointStores.OpenAsync(options, TimeProvider.System));
    }

    /// <summary>Reads the log to its end.</summary>
    public async Task<Measured> MeasureAsync(string row, int lanes)
    {
        Resident.Bytes();
        _line.Start();
        await Until(() => Task.FromResult(_line.Counters.Read > 0 || _line.IsReady));
        var meter = Meter.Now();
        await Until(() => Task.FromResult(IsApplied(_line.Counters)));
        var applied = meter.Stop().Wall;
        var late = await WrittenAsync();
        var taken = meter.Stop();
        var resident = Environment.WorkingSet;
        var totals = _line.Counters;
        await _line.DrainAsync();
        return new Measured
        {
            Row = row,
            Does = $"end to end: Kafka, {(double)_log.Events / _log.Records:0.#} events a record, to Redis",
            Note = $"all applied after {applied.TotalSeconds:0.00} s, in Redis after {taken.Wall.TotalSeconds:0.00} s",
            Lanes = lanes,
            Events = _log.Events,
            Taken = taken,
            ResidentBytes = resident,
            Wrong = late ?? (totals.LateIdle > 0 ? $"{totals.LateIdle} events came to a partition that was left out as idle" : null)
                ?? (await AnswerAsync()).Difference(_log.Known),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        _recovery.Dispose();
        _recovered.Dispose();
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        await _redis.CloseAsync();
        _redis.Dispose();
        _folder.Delete(recursive: true);
    }

    private bool IsApplied(in Pipeline.Output.CounterTotals totals) =>
        totals.Read >= _log.Events + _log.Closing && totals.Pending <= _log.Closing;

    /// <summary>Waits until every room's snapshot at the last T is in Redis; says what is missing when that takes too long.</summary>
    private async Task<string?> WrittenAsync()
    {
        var database = _redis.GetDatabase();
        var missing = _log.Rooms.ToList();
        await Until(async () =>
        {
            var times = await Task.WhenAll(missing.Select(room => database.HashGetAsync(Key(room, "screen"), "asOf")));
            missing = [.. missing.Where((_, i) => !(times[i].HasValue && (long)times[i] >= _log.FinalMs))];
            return missing.Count == 0;
        });
        return missing.Count == 0 ? null : $"{missing.Count} rooms have no last snapshot in Redis: {_line.Counters}";
    }

    private async Task<Answer> AnswerAsync()
    {
        var database = _redis.GetDatabase();
        var texts = await Task.WhenAll(_log.Rooms.Select(room => database.StringGetAsync(Key(room, "snapshot"))));
        long applied = 0, likes = 0, payments = 0, gmvMinor = 0, paidOrders = 0, viewers = 0, interacting = 0;
        foreach (var text in texts)
        {
            using var json = JsonDocument.Parse((byte[])text!);
            var window = json.RootElement.GetProperty("windows").GetProperty("session");
            var trade = window.GetProperty("trade");
            applied += json.RootElement.GetProperty("applied").GetInt64();
            likes += window.GetProperty("events").TryGetProperty("like", out var count) ? count.GetInt64() : 0;
            payments += trade.GetProperty("payments").GetInt64();
            gmvMinor += trade.GetProperty("gmv").GetInt64();
            paidOrders += trade.GetProperty("paidOrders").GetInt64();
            viewers += window.GetProperty("viewers").GetInt64();
            interacting += window.GetProperty("interactingViewers").GetInt64();
        }

        return new Answer
        {
            Applied = applied, Likes = likes, Payments = payments, GmvMinor = gmvMinor, PaidOrders = paidOrders, Viewers = viewers, Interacting = interacting,
        };
    }

    /// <summary>Looks again and again; gives up when a stage of the line has ended or the time is over.</summary>
    private async Task Until(Func<Task<bool>> reached)
    {
        var ended = _line.AnyEnded();
        using var limit = new CancellationTokenSource(Limit);
        while (!await reached() && !limit.IsCancellationRequested)
        {
            if (ended.IsCompleted)
            {
                await ended;
                throw new InvalidOperationException("A stage of the line ended by itself.");
            }

            await Task.Delay(Look);
        }
    }

    private static RedisKey Key(string room, string name) => $"live:{{{room}}}:{name}";
}
