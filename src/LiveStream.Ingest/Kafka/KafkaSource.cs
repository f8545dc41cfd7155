using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Native;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Reads the topics of the configuration into the engine, on a thread of its own: waits until they exist, shares their
/// partition groups with the other instances, and lasts until it is stopped or cannot go on. Run by the composition roots
/// of <c>run</c> and <c>demo</c>. Where reading begins is the <see cref="Hooks"/>' word, never that of Kafka's committed offsets.
/// </summary>
public sealed class KafkaSource
{
    /// <summary>Records behind the ends of the logs up to which an instance counts as caught up.</summary>
    public const long CaughtUpRecords = 10_000;

    private static readonly TimeSpan DeadLetterFlushLimit = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan BoundsLimit = TimeSpan.FromSeconds(5);

    private readonly KafkaOptions _options;
    private readonly EngineOptions _engineOptions;
    private readonly StreamEngine _engine;
    private readonly Pseudonym _pseudonym;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private ConsumerSession? _session;
    private RecordHandler? _handler;
    private DeadLetters? _deadLetters;
    private Membership? _membership;
    private long _rebalances;
    private int _partitions;
    private int _state;

    /// <summary>A source that has not begun.</summary>
    public KafkaSource(KafkaOptions options, EngineOptions engineOptions, StreamEngine engine, Pseudonym pseudonym, TimeProvider time, ILogger log)
    {
        _options = options;
        _engineOptions = engineOptions;
        _engine = engine;
        _pseudonym = pseudonym;
        _time = time;
        _log = log;
    }

    /// <summary>Finds and keeps the state of groups that come and go.</summary>
    public GroupHooks Hooks { get; init; } = new();

    /// <summary>What it is doing; read from any thread.</summary>
    public KafkaSourceState State => (KafkaSourceState)Volatile.Read(ref _state);

    /// <summary>How far the assigned partitions are from their ends, at most a few seconds old; read from any thread.</summary>
    public IReadOnlyList<PartitionLag> Lag => Volatile.Read(ref _session)?.Lag ?? [];

    /// <summary>
    /// Whether everything assigned has its state and is less than <see cref="CaughtUpRecords"/> behind, by the brokers' word; true for a member
    /// that has nothing to read. Read from any thread.
    /// </summary>
    public bool IsCaughtUp => State switch
    {
        KafkaSourceState.Standby => true,
        KafkaSourceState.Reading => Lag is { } lag && lag.Count == Volatile.Read(ref _partitions) && lag.All(partition => partition.End >= 0)
            && lag.Sum(partition => partition.Lag) <= CaughtUpRecords,
        _ => false,
    };

    /// <summary>Whether nothing speaks against this process still owning its groups; read from any thread.</summary>
    public bool IsMemberForSure => Volatile.Read(ref _membership)?.IsCertain ?? true;

    /// <summary>Times that Kafka gave groups to this instance or took them; read from any thread.</summary>
    public long Rebalances => Interlocked.Read(ref _rebalances);

    /// <summary>Whether reading is paused because the lanes, or the dead letters, have no room; read from any thread.</summary>
    public bool IsBlocked => Volatile.Read(ref _session)?.IsBlocked ?? false;

    /// <summary>Dead letters that the broker has not confirmed yet.</summary>
    public int DeadLettersWaiting => Volatile.Read(ref _deadLetters)?.Waiting ?? 0;

    /// <summary>The partitioner that the records seen so far fit, if it can be told and is not known to be the configured one.</summary>
    public PartitionerKind? FittingPartitioner => Volatile.Read(ref _handler)?.Evidence.Fitting;

    /// <summary>
    /// Reads until stopped; then what was read is handed to the lanes, the group is left, and the task ends. Call it once.
    /// </summary>
    /// <exception cref="KafkaSourceException">It cannot go on; the message is one sentence.</exception>
    /// <exception cref="DllNotFoundException">The native client cannot be loaded; the message is one sentence.</exception>
    public Task RunAsync(CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stop)
    {
        KafkaLibrary.EnsureLoaded();
        KafkaProperties.Check(_options);
        var clock = new MonotonicClock(_time);
        var complaints = new BrokerComplaints(_options.BootstrapServers, clock, _log);
        using var admin = new TopicAdmin(_options);
        var watch = new TopicWatch(_options, admin, complaints, clock, _log);
        SetState(KafkaSourceState.WaitingForTopics);
        var partitions = watch.WaitForTopics(stop);
        if (partitions > 0)
        {
            using var deadLetters = OpenDeadLetters(admin);
            Volatile.Write(ref _deadLetters, deadLetters);
            Volatile.Write(ref _handler, new RecordHandler(_options, partitions, _pseudonym, deadLetters, _log));
            Volatile.Write(ref _membership, new Membership(KafkaProperties.SessionTimeoutMs(_options), clock, _log));
            var saver = new GroupSaver(Hooks, deadLetters, clock, _log);
            var search = new GroupSearch(Hooks, some => admin.BoundsAsync(some, BoundsLimit), _time, _log);
            var groups = new AssignedGroups(_options, partitions, _engineOptions.IdleMs, _engine, Hooks, search, saver, clock, _log);
            try
            {
                Read(groups, saver, admin, watch, complaints, clock, partitions, stop);
            }
            finally
            {
                deadLetters?.Flush(DeadLetterFlushLimit);
            }
        }

        SetState(KafkaSourceState.Stopped);
    }

    private void Read(
        AssignedGroups groups, GroupSaver saver, TopicAdmin admin, TopicWatch watch, BrokerComplaints complaints, MonotonicClock clock, int partitions, CancellationToken stop)
    {
        void EveryRound()
        {
            watch.Check(partitions);
            Volatile.Write(ref _partitions, groups.All.Count * _options.Topics.Count);
            Interlocked.Exchange(ref _rebalances, groups.Rebalances);
            SetState(groups switch
            {
                { IsAssigned: false } => KafkaSourceState.Joining,
                { Arriving: > 0 } => KafkaSourceState.Restoring,
                { All.Count: > 0 } => KafkaSourceState.Reading,
                _ => KafkaSourceState.Standby,
            });
        }

        var done = false;
        while (!done)
        {
            using var session = new ConsumerSession(_options, _engineOptions, _handler!, _deadLetters, groups, saver, _membership!, admin, complaints, clock, _log);
            Volatile.Write(ref _session, session);
            done = session.Run(EveryRound, stop);
        }
    }

    private DeadLetters? OpenDeadLetters(TopicAdmin admin)
    {
        if (_options.DeadLetterTopic.Length == 0)
        {
            return null;
        }

        try
        {
            admin.CreateMissingAsync([_options.DeadLetterTopic], 1, TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is KafkaSourceException or Confluent.Kafka.KafkaException)
        {
            _log.LogError(
                "The dead-letter topic {Topic} is not there and could not be created ({Reason}); create it, or set Kafka:DeadLetterTopic to empty.",
                _options.DeadLetterTopic, error.Message);
        }

        return new DeadLetters(_options, _time, _log);
    }

    private void SetState(KafkaSourceState state) => Volatile.Write(ref _state, (int)state);
}
