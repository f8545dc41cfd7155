using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LiveStream.Publish.Tests.Fixtures;

/// <summary>A publisher on a real server, with a stand-in for its lane: the test calls the sink, on the test's thread.</summary>
public sealed class PublisherBench : IAsyncDisposable
{
    private readonly string configuration;
    private ConnectionMultiplexer? reader;

    public PublisherBench(string configuration, long epoch = 1, Func<RedisOptions, RedisOptions>? adjust = null)
    {
        this.configuration = configuration;
        var options = new RedisOptions { Configuration = configuration, PublishEveryMs = 100 };
        Epoch = epoch;
        Publisher = new RedisPublisher(
            adjust?.Invoke(options) ?? options, Board, () => new CounterTotals(70, 68, 1, 0, 0, 0, 1, 0), _ => Epoch, TimeProvider.System, Log);
        Sink = Publisher.CreateSink();
        Publisher.Start();
    }

    public long Epoch { get; set; }

    public RoomBoard Board { get; } = new();

    public Lines Log { get; } = new();

    public RedisPublisher Publisher { get; }

    public RedisSink Sink { get; }

    /// <summary>A snapshot of a room with random numbers.</summary>
    public static SessionSnapshot Snapshot(string room, long asOfMs, string session = "s1", int seed = 1)
    {
        var snapshot = new RandomSnapshots(seed).Snapshot();
        snapshot.Room = Encoding.UTF8.GetBytes(room);
        snapshot.RoomName = "夜场"u8.ToArray();
        snapshot.Session = Encoding.UTF8.GetBytes(session);
        snapshot.StartMs = 0;
        snapshot.AsOfMs = asOfMs;
        snapshot.Ended = false;
        return snapshot;
    }

    /// <summary>Hands a snapshot over as a lane does.</summary>
    public void Put(SessionSnapshot snapshot, SeriesPoint[]? coarse = null, SeriesPoint[]? fine = null, bool shown = true) =>
        Sink.OnSnapshot(snapshot, new SessionOutput(0, shown, new SeriesView(coarse, fine)));

    /// <summary>Hands live numbers over as a lane does.</summary>
    public void PutLive(LiveFigures live) => Sink.OnLive(live, new SessionOutput(0, true, default));

    /// <summary>The server as another client sees it.</summary>
    public async Task<IDatabase> ReadAsync()
    {
        if (reader is null)
        {
            var options = ConfigurationOptions.Parse(configuration);
            options.AbortOnConnectFail = false;
            options.AllowAdmin = true;
            reader = await ConnectionMultiplexer.ConnectAsync(options);
        }

        return reader.GetDatabase();
    }

    /// <summary>A fresh look, for a server that was restarted.</summary>
    public async Task<IDatabase> ReadAgainAsync()
    {
        if (reader is not null)
        {
            await reader.CloseAsync(allowCommandsToComplete: false);
            reader = null;
        }

        return await ReadAsync();
    }

    /// <summary>Ticks the sink until the condition holds; fails after the limit. Returns how long it took.</summary>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, double limitSeconds, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Sink.OnTick(0);
            if (Publisher.Completion.IsFaulted)
            {
                await Publisher.Completion;
            }

            if (await condition())
            {
                return Stopwatch.GetElapsedTime(started);
            }

            if (Stopwatch.GetElapsedTime(started).TotalSeconds > limitSeconds)
            {
                Assert.Fail($"not within {limitSeconds} s: {what}. Log: {string.Join(" | ", Log.All)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    public Task<TimeSpan> UntilAsync(Func<bool> condition, double limitSeconds, string what) =>
        UntilAsync(() => Task.FromResult(condition()), limitSeconds, what);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await Publisher.StopAsync(limit.Token);
        await Publisher.DisposeAsync();
        if (reader is not null)
        {
            await reader.CloseAsync(allowCommandsToComplete: false);
        }
    }

    /// <summary>Log lines at information and above.</summary>
    public sealed class Lines : ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public string[] All => [.. lines];

        public int Count(string part) => lines.Count(line => line.Contains(part, StringComparison.Ordinal));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
            }
        }
    }
}
