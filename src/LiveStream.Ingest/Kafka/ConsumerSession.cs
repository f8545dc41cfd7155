using Confluent.Kafka;
using LiveStream.Metrics.Options;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// The life of one consumer: joins the group, reads all assigned partitions into their intakes, pauses when the lanes, the
/// dead letters or a slow neighbour ask for it, and leaves. Made, run and ended by <see cref="KafkaSource"/> on one thread.
/// </summary>
internal sealed class ConsumerSession : IDisposable
{
    private const int PollMs = 5;
    private const int FlushEveryMs = 2;
    private const int HousekeepingEveryMs = 10;
    private const int WaitForLanesMs = 100;
    private const int LeastStandstillMs = 500;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromMilliseconds(700);

    private readonly EngineOptions _engine;
    private readonly DeadLetters? _deadLetters;
    private readonly AssignedGroups _groups;
    private readonly GroupSaver _saver;
    private readonly Membership _membership;
    private readonly RecordDelivery _delivery;
    private readonly PartitionKeeper _keeper;
    private readonly BrokerComplaints _complaints;
    private readonly MonotonicClock _clock;
    private readonly ILogger _log;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly BatchQueue? _batches;
    private readonly ConsumerReads _reads;
    private readonly Func<TopicPartitionOffset, bool> _place;
    private Task _committing = Task.CompletedTask;
    private Error? _fatal;
    private bool _ending;
    private volatile bool _blocked;
    private int _blockedVersion;
    private long _lastLookMs;
    private long _nextFlushMs;
    private long _nextHousekeepingMs;

    public ConsumerSession(
        KafkaOptions options, EngineOptions engine, RecordHandler handler, DeadLetters? deadLetters, AssignedGroups groups, GroupSaver saver,
        Membership membership, TopicAdmin admin, BrokerComplaints complaints, MonotonicClock clock, ILogger log)
    {
        _engine = engine;
        _deadLetters = deadLetters;
        _groups = groups;
        _saver = saver;
        _membership = membership;
        _place = TryPlace;
        _delivery = new RecordDelivery(handler, groups);
        _complaints = complaints;
        _clock = clock;
        _log = log;
        _lastLookMs = clock.NowMs;
        _consumer = new ConsumerBuilder<byte[], byte[]>(KafkaProperties.Consumer(options))
            .SetLogHandler((_, message) => complaints.Note(message))
            .SetErrorHandler(OnError)
            .SetPartitionsAssignedHandler(OnAssigned)
            .SetPartitionsRevokedHandler(OnRevoked)
            .SetPartitionsLostHandler(OnLost)
            .Build();
        saver.Commit = CommitAsync;
        _batches = options.ReadInBatches ? BatchQueue.TryOpen(_consumer, groups.TopicOf, log) : null;
        _reads = new ConsumerReads(_consumer, _batches, _delivery, groups, complaints, log);
        _keeper = new PartitionKeeper(_consumer, groups, new EndProbe(admin, log), engine, complaints, log);
        _consumer.Subscribe(options.Topics.Select(topic => topic.Name));
    }

    /// <summary>Lag of the assigned partitions as of the last answer of the brokers; read from any thread.</summary>
    public IReadOnlyList<PartitionLag> Lag => _keeper.Lag;

    /// <summary>Whether everything is paused; read from any thread.</summary>
    public bool IsBlocked => _blocked;

    /// <summary>Reads until stopped (true), or until the consumer must be built anew (false).</summary>
    /// <exception cref="KafkaSourceException">It cannot go on.</exception>
    public bool Run(Action everyRound, CancellationToken stop)
    {
        try
        {
            var stopped = ReadUntil(everyRound, stop);
            _ending = stopped;
            return stopped;
        }
        catch (KafkaException error)
        {
            if (MayComeBack(_fatal ?? error.Error))
            {
                return false;
            }

            _ending = true;
            throw new KafkaSourceException($"The Kafka client cannot go on: {error.Error.Reason}.", error);
        }
        catch
        {
            _ending = true;
            throw;
        }
    }

    private bool ReadUntil(Action everyRound, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var now = Look();
            if (now >= _nextHousekeepingMs)
            {
                _nextHousekeepingMs = now + HousekeepingEveryMs;
                if (!Housekeep(everyRound, now))
                {
                    return false;
                }
            }

            _reads.Read(PollMs, now);
            if (_reads.MustStartOver)
            {
                return false;
            }

            TakeGroups(now);
            if (now >= _nextFlushMs)
            {
                _nextFlushMs = now + FlushEveryMs;
                FlushOrBlock(now);
            }

            if ((_fatal ?? _reads.Fatal) is { } fatal)
            {
                return MayComeBack(fatal) ? false : throw new KafkaSourceException($"The Kafka client cannot go on: {fatal.Reason}.");
            }

            if (_groups.Failure is { } failure)
            {
                throw failure as KafkaSourceException ?? new KafkaSourceException($"Reading from Kafka failed: {failure.Message}", failure);
            }
        }

        Drain();
        return true;
    }

    /// <summary>
    /// Leaves the group, or as a static member its seat to whoever starts next with the same id. A client that does not come to its end in
    /// time, because no broker answers, is left to the end of the process.
    /// </summary>
    public void Dispose()
    {
        // A thread of its own, so that it can be left behind; whoever goes on reading needs its handlers on this one.
        var leaving = _ending ? Task.Run(Leave) : Task.CompletedTask;
        if (!_ending)
        {
            Leave();
            _groups.Revoke(_groups.All.Select(group => group.Number));
        }

        var isDone = leaving.Wait(LeaveLimit) && _committing.Wait(LeaveLimit);
        _saver.Commit = null;
        if (isDone)
        {
            _consumer.Dispose();
        }
        else
        {
            _log.LogWarning("Kafka did not answer in time; the group is not left in order, its rooms move when the session times out.");
        }
    }

    // A coordinator that takes over knows static members by numbers that they have changed meanwhile, and fences them as if they were others.
    private bool MayComeBack(Error error)
    {
        if (error.Code != ErrorCode.FencedInstanceId || !_membership.MayComeBack())
        {
            return false;
        }

        _log.LogWarning(
            "Kafka knows another consumer by the name of this one and has shut it out; it comes back once. If that happens again, another process has the same group.instance.id.");
        return true;
    }

    private void Leave()
    {
        _batches?.Dispose();
        try
        {
            _consumer.Close();
        }
        catch (KafkaException error)
        {
            _log.LogDebug("Kafka: leaving the group failed: {Reason}", error.Error.Reason);
        }
    }

    /// <summary>What is to be done between reads; false when the consumer must be built anew.</summary>
    private bool Housekeep(Action everyRound, long now)
    {
        _deadLetters?.Service();
        everyRound();
        if (_membership.OnRound(_saver.Saves))
        {
            _saver.Prove(_groups.All);
        }

        _saver.Service(_groups.All, now);
        var goesOn = !_keeper.Keep(now, _clock.WallMs, _blocked);
        if (_saver.AnyIsOvertaken(_groups.All))
        {
            _membership.OnComingBack();
            return false;
        }

        return goesOn;
    }

    /// <summary>Pauses partitions that came, and begins to read the groups whose state is there.</summary>
    private void TakeGroups(long now)
    {
        if (_groups.TakeArrived() is { Count: > 0 } arrived)
        {
            _consumer.Pause(arrived);
        }

        foreach (var opened in _groups.Service(now, _place))
        {
            if (!_blocked)
            {
                _consumer.Resume(opened.Partitions.Select(partition => partition.Partition));
            }
        }
    }

    private bool TryPlace(TopicPartitionOffset place)
    {
        try
        {
            _consumer.Seek(place);
            return true;
        }
        catch (KafkaException error) when (error.Error.Code is ErrorCode.Local_State or ErrorCode.Local_TimedOut or ErrorCode.Local_UnknownPartition or ErrorCode.Local_PrevInProgress)
        {
            // The client has not begun with the partition yet: another round will do.
            return false;
        }
    }

    private Task CommitAsync(IReadOnlyList<TopicPartitionOffset> offsets)
    {
        var sentMs = _clock.NowMs;
        _committing = Task.Run(() =>
        {
            try
            {
                _consumer.Commit(offsets);
                _membership.OnProof(sentMs);
            }
            catch (KafkaException error)
            {
                _log.LogDebug("Kafka did not take a commit: {Reason}", error.Error.Reason);
            }
        });
        return _committing;
    }

    /// <summary>Notes the time; after a standstill nothing that was known of the ends of logs holds.</summary>
    private long Look()
    {
        var now = _clock.NowMs;
        if (now - _lastLookMs > Math.Max(_engine.IdleMs, LeastStandstillMs))
        {
            _keeper.OnStandstill(now);
        }

        _lastLookMs = now;
        return now;
    }

    /// <summary>Hands on what was read; when there is no room for it, pauses until there is.</summary>
    private void FlushOrBlock(long now)
    {
        var free = TryFlush();
        if (!free && !_blocked)
        {
            free = WaitForLanes(now);
        }

        if (!free && (!_blocked || _blockedVersion != _groups.Version))
        {
            _blocked = true;
            _blockedVersion = _groups.Version;
            _keeper.PauseAll();
        }
        else if (free && _blocked)
        {
            _blocked = false;
            _keeper.ResumeAll(now);
        }
    }

    private bool TryFlush()
    {
        var free = _delivery.TryDeliverHeld();
        foreach (var group in _groups.All)
        {
            free &= group.Intake.TryFlush();
        }

        return free;
    }

    /// <summary>A short wait is cheaper than a pause, which throws away what was fetched ahead.</summary>
    private bool WaitForLanes(long now)
    {
        var free = false;
        while (!free && _clock.NowMs - now < WaitForLanesMs)
        {
            Thread.Sleep(1);
            free = TryFlush();
        }

        return free;
    }

    private void Drain()
    {
        if (!_delivery.TryDeliverHeld())
        {
            _deadLetters!.Flush(DrainLimit / 4);
            _delivery.TryDeliverHeld();
        }

        if (_delivery.Held > 0)
        {
            _log.LogWarning("{Held} records were not read to their end because their dead letters have no room; they are read again.", _delivery.Held);
        }

        _saver.SaveAll(_groups.All, DrainLimit);
    }

    private IEnumerable<TopicPartitionOffset> OnAssigned(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions)
    {
        _batches?.Take(partitions);
        _groups.Assign(partitions);

        // Only so that the client begins with them: they are paused and placed before a record of them is taken.
        return [.. partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning))];
    }

    private void OnRevoked(IConsumer<byte[], byte[]> consumer, List<TopicPartitionOffset> partitions)
    {
        // Whoever ends has saved its groups, and keeps its rooms until the lanes have published them.
        if (!_ending)
        {
            _groups.Revoke(partitions.Select(partition => partition.Partition.Value));
        }
    }

    private void OnLost(IConsumer<byte[], byte[]> consumer, List<TopicPartitionOffset> partitions)
    {
        if (!_ending)
        {
            _groups.Lose(partitions.Select(partition => partition.Partition.Value));
        }
    }

    private void OnError(IConsumer<byte[], byte[]> consumer, Error error)
    {
        if (error.IsFatal)
        {
            _fatal = error;
        }
        else
        {
            _complaints.Hear(error);
        }
    }
}
