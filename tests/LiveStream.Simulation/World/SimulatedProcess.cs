using Confluent.Kafka;
using LiveStream.App.Recovery;
using LiveStream.App.Telemetry;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline;
using LiveStream.Publish;
using LiveStream.Publish.Redis;

namespace LiveStream.Simulation.World;

/// <summary>
/// One life of an instance: the line as <c>livestream run</c> composes it, with the simulated reader before it and the simulated writers
/// behind it. Lanes are threads; after everything that reaches them the world waits until they are at rest.
/// </summary>
internal sealed class SimulatedProcess
{
    private const int NoGroup = -1;
    private const long DrainMs = 2_000;

    /// <summary>A lane answers the letter of another one's letter.</summary>
    private const int LetterHops = 3;


    private static readonly TimeSpan SaveLimit = TimeSpan.FromMilliseconds(1_500);

    private readonly SimulatedWorld _world;
    private readonly int _number;
    private readonly int _member;
    private readonly GroupEpochs _epochs;
    private readonly GroupRecovery _recovery;
    private readonly RecoveryMeter _recovered;
    private readonly RedisPublisher _publisher;
    private readonly StreamEngine _engine;
    private readonly GroupSaver _saver;
    private readonly AssignedGroups _groups;
    private readonly Membership _membership;
    private readonly MonotonicClock _loop;
    private readonly ArrivedImages _images;
    private readonly SimulatedReader _reader;
    private readonly SimulatedWriters _writers;
    private readonly List<WatchedSink> _sinks = [];
    private readonly Dictionary<PartitionGroup, Task> _saving = [];
    private readonly SortedSet<int> _assigned = [];
    private TaskCompletionSource? _committing;
    private bool _leaving;
    private bool _unticked;
    private long _stalledUntilMs;

    public SimulatedProcess(SimulatedWorld world, int number, int member)
    {
        _world = world;
        _number = number;
        _member = member;
        var scenario = world.Scenario;
        Clock = new ProcessClock(world.Time);
        var log = new NotingLogger(world, number);
        var store = new StoreLink(world, Clock);
        _epochs = new GroupEpochs(store, Clock);
        _recovered = new RecoveryMeter(Clock);
        _recovery = new GroupRecovery(store, _epochs, scenario.TopicNames, world.Configuration, _recovered, Clock, log);
        _publisher = new RedisPublisher(
            new RedisOptions { PublishEveryMs = scenario.PublishEveryMs }, new RoomBoard(Clock), () => _engine!.Counters, _epochs.Of, Clock, log);
        _engine = new StreamEngine(scenario.Engine, scenario.Pipeline, _ => Watched());
        _loop = new MonotonicClock(Clock);
        _membership = new Membership(KafkaProperties.SessionTimeoutMs(scenario.Kafka), _loop, log);
        _epochs.IsCertain = () => _membership.IsCertain;
        var hooks = _recovery.Hooks(1, _publisher.DropGroup);
        _images = new ArrivedImages(Clock, (group, image) => world.Faulty.CommitsTooEarly ? Task.FromResult(true) : hooks.Save!(group, image), world.Fail);
        var watched = hooks with { SaveEveryMs = scenario.SaveEveryMs, Save = _images.SaveAsync, Restore = new RestoreGate(hooks.Restore!, world.Faulty).RestoreAsync };
        _saver = new GroupSaver(watched, null, _loop, log) { Commit = CommitAsync };
        var search = new GroupSearch(watched, partitions => _reader!.BoundsAsync(partitions), Clock, log);
        _groups = new AssignedGroups(scenario.Kafka, scenario.Partitions, scenario.Engine.IdleMs, _engine, watched, search, _saver, _loop, log);
        var handler = new RecordHandler(scenario.Kafka, scenario.Partitions, world.Pseudonym, null, log);
        _reader = new SimulatedReader(world, number, Clock, _groups, handler, _loop);
        _writers = new SimulatedWriters(world, Clock, _publisher);
    }

    /// <summary>Its time.</summary>
    public ProcessClock Clock { get; }

    /// <summary>Joins the group and begins.</summary>
    public void Start()
    {
        _world.Coordinator.Join(_member, Clock.NowMs);
        _writers.Start();
        Round();
    }

    /// <summary>Reads nothing for a while.</summary>
    public void Stall(long forMs) => _stalledUntilMs = Clock.NowMs + forMs;

    /// <summary>Ends where it is.</summary>
    public void Kill()
    {
        Clock.End();
        _writers.End();
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _publisher.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _recovery.Dispose();
        _recovered.Dispose();
    }

    /// <summary>Ends in order: saves what was read, leaves unless it keeps its name, writes what waits, for two seconds at most.</summary>
    public void Stop(Action ended)
    {
        if (_leaving)
        {
            return;
        }

        _leaving = true;
        Save(_groups.All, () => _saver.SaveAll(_groups.All, SaveLimit));
        if (!_world.Scenario.IsStatic)
        {
            _world.Coordinator.Leave(_member);
        }

        _engine.CompleteAsync().GetAwaiter().GetResult();
        TakeHandedOut();
        _publisher.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        _writers.Collect();
        CheckCounters();
        EndWhenWritten(Clock.NowMs + DrainMs, ended);
    }

    /// <summary>What is wrong with its counters; null when they add up.</summary>
    public void CheckCounters()
    {
        var counters = _engine.Counters;
        if (!counters.Balanced || counters.Pending < 0)
        {
            _world.Fail($"the counters of instance {_number} do not add up: {counters}");
        }

        if (counters.LateIdle > 0)
        {
            _world.Fail($"instance {_number} found events late after their partition was idle, which this log has none of: {counters}");
        }
    }

    private void EndWhenWritten(long deadlineMs, Action ended)
    {
        if (_writers.IsDone || Clock.NowMs >= deadlineMs)
        {
            Kill();
            ended();
        }
        else
        {
            Clock.In(25, () => EndWhenWritten(deadlineMs, ended));
        }
    }

    /// <summary>A round of the reading loop; the process may die at each step of it.</summary>
    private void Round()
    {
        var random = _world.Random;
        Action[] steps =
        [
            Housekeep,
            Hear,
            () =>
            {
                if (Clock.NowMs >= _stalledUntilMs && random.Next(10) < 8)
                {
                    _reader.Read(random.Next(5) == 0 ? 200 : random.Next(1, 30));
                }
            },
            () => _reader.TakeGroups(Rest),
            Flush,
            Tick,
        ];
        foreach (var step in steps)
        {
            if (_leaving || !Clock.Lives())
            {
                return;
            }

            step();
        }

        if ((_groups.Failure ?? (_engine.Faulted is { IsCompleted: true } ended ? ended.Exception : null)) is { } failure)
        {
            _world.Fail($"instance {_number} could not go on: {failure}");
        }

        if (_reader.CutOff is { } cutOff)
        {
            StartOver(cutOff);
        }

        _writers.Collect();
        Clock.In(_reader.IsAtEnd ? random.Next(100, _world.Scenario.Engine.IdleMs - 20) : random.Next(1, 250), Round);
    }

    private void Housekeep()
    {
        if (_membership.OnRound(_saver.Saves))
        {
            _saver.Prove(_groups.All);
        }

        _saver.Service(_groups.All, _loop.NowMs);
        foreach (var group in _groups.All)
        {
            if (group.Saving is { } saving && !ReferenceEquals(_saving.GetValueOrDefault(group), saving))
            {
                _saving[group] = saving;
                _images.Expect(group.Number, saving);
            }
        }

        _reader.Keep(_world.EndsAreTold);
    }

    private void Flush()
    {
        // Nothing reaches the lanes by a flush of nothing, and waiting for them costs more than all else here.
        if (_world.Random.Next(10) < 9 && (_reader.Flush() | _images.IsExpecting))
        {
            _unticked = true;
            Rest();
            _images.HandOverAll();
        }
    }

    private void Tick()
    {
        if (_world.Random.Next(10) < (_unticked ? 7 : 2))
        {
            _unticked = false;
            _engine.Tick(Clock.NowMs);
            Rest();
        }
    }

    private void Hear()
    {
        if (_world.Coordinator.Hear(_member, Clock.NowMs) is not { } news)
        {
            _world.Note(_number, "was thought dead and joins again");
            _groups.Lose([.. _assigned]);
            _assigned.Clear();
            TakeHandedOut();
            _world.Coordinator.Join(_member, Clock.NowMs);
            return;
        }

        if (news.Revoked.Count > 0)
        {
            Revoke(news.Revoked);
            foreach (var group in news.Revoked)
            {
                _world.Coordinator.GaveUp(_member, group);
            }
        }

        if (news.Assigned is { } assigned)
        {
            _world.Note(_number, $"is assigned {string.Join(' ', assigned)}");
            _assigned.UnionWith(assigned);
            _reader.Assign(assigned);
        }
    }

    private void Revoke(IReadOnlyList<int> groups)
    {
        _world.Note(_number, $"gives up {string.Join(' ', groups)}");
        Save(groups.Select(_groups.Of).OfType<PartitionGroup>(), () => _groups.Revoke(groups));
        _assigned.ExceptWith(groups);
        TakeHandedOut();
    }

    /// <summary>The consumer takes no other offset for the partition, so it leaves and another one joins.</summary>
    private void StartOver(int cutOff)
    {
        _world.Note(_number, $"finds that the log has lost what it was to read of group {cutOff}");
        _groups.Drop(cutOff);
        Revoke([.. _assigned]);
        if (!_world.Scenario.IsStatic)
        {
            _world.Coordinator.Leave(_member);
        }

        _world.Coordinator.Join(_member, Clock.NowMs);
        _reader.BeginAnew();
    }

    /// <summary>Has groups saved by what waits for it.</summary>
    private void Save(IEnumerable<PartitionGroup> groups, Action save)
    {
        _committing?.TrySetResult();
        if (_images.IsExpecting)
        {
            _reader.Flush();
            Rest();
            _images.HandOverAll();
        }

        PartitionGroup[] saved = [.. groups.Where(group => !group.IsMidRecord)];
        _images.Block([.. saved.Select(group => group.Number)], save);
        foreach (var group in saved.Where(group => group.Saving is not null))
        {
            // A group that is kept may come back while the store still has not answered.
            _saving[group] = group.Saving!;
            _images.Remember(group.Number, group.Saving!);
        }
    }

    private Task CommitAsync(IReadOnlyList<TopicPartitionOffset> offsets)
    {
        var sentMs = _loop.NowMs;
        var done = _committing = new TaskCompletionSource();
        var wayMs = _world.Random.Next(1, 60);
        if (Clock.IsBlocked)
        {
            _world.Commit(_member, offsets);
            done.SetResult();
            return done.Task;
        }

        _world.Time.In(wayMs, () =>
        {
            var isTaken = _world.Commit(_member, offsets);
            Clock.In(wayMs, () =>
            {
                if (isTaken)
                {
                    _membership.OnProof(sentMs);
                }

                done.TrySetResult();
            });
        });
        return done.Task;
    }

    private WatchedSink Watched()
    {
        _sinks.Add(new WatchedSink(_publisher.CreateSink(), _world.Faulty.FalsifiesNext()));
        return _sinks[^1];
    }

    /// <summary>Waits until the lanes have done all that was handed to them: a message behind it has been handled too.</summary>
    private void Rest()
    {
        for (var round = _world.Scenario.IsWide ? LetterHops : 0; round >= 0; round--)
        {
            _engine.CloseGroupAsync(NoGroup).GetAwaiter().GetResult();
        }

        TakeHandedOut();
    }

    private void TakeHandedOut()
    {
        foreach (var json in _sinks.SelectMany(sink => sink.TakeHandedOut()))
        {
            _world.Seen.HandedOut(json);
        }
    }
}
