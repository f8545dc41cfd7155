using LiveStream.App.Recovery;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Options;
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

    private readonly SimulatedWorld _world;
    private readonly int _member;
    private readonly GroupEpochs _epochs;
    private readonly RedisPublisher _publisher;
    private readonly StreamEngine _engine;
    private readonly AssignedGroups _groups;
    private readonly SimulatedReader _reader;
    private readonly SimulatedWriters _writers;
    private readonly List<WatchedSink> _sinks = [];
    private bool _leaving;
    private bool _unticked;
    private long _stalledUntilMs;

    public SimulatedProcess(SimulatedWorld world, int member)
    {
        _world = world;
        _member = member;
        var scenario = world.Scenario;
        Clock = new ProcessClock(world.Time);
        var log = new NotingLogger(world, member);
        _epochs = new GroupEpochs(world.Store, Clock);
        _publisher = new RedisPublisher(
            new RedisOptions { PublishEveryMs = scenario.PublishEveryMs }, new RoomBoard(Clock), () => _engine!.Counters, _epochs.Of, Clock, log);
        var pipeline = new PipelineOptions { Lanes = scenario.Lanes, BatchEvents = 16 };
        _engine = new StreamEngine(scenario.Engine, pipeline, _ => Watched());
        var loop = new MonotonicClock(Clock);
        _groups = new AssignedGroups(
            scenario.Kafka, scenario.Partitions, scenario.Engine.IdleMs, _engine, new GroupHooks(_epochs.Raise, LeaveGroup), loop, log);
        var handler = new RecordHandler(scenario.Kafka, scenario.Partitions, world.Pseudonym, null, log);
        _reader = new SimulatedReader(world, member, Clock, _groups, handler, loop);
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
    }

    /// <summary>Ends in order: hands on what was read, leaves, writes what waits, for two seconds at most.</summary>
    public void Stop(Action ended)
    {
        if (_leaving)
        {
            return;
        }

        _leaving = true;
        _reader.Flush();
        _world.Coordinator.Leave(_member);
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
            _world.Fail($"the counters of instance {_member} do not add up: {counters}");
        }

        if (counters.LateIdle > 0)
        {
            _world.Fail($"instance {_member} found events late after their partition was idle, which this log has none of: {counters}");
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

    private void Round()
    {
        if (_leaving)
        {
            return;
        }

        Hear();
        _reader.Keep(_world.EndsAreTold);
        var random = _world.Random;
        if (Clock.NowMs >= _stalledUntilMs && random.Next(10) < 8)
        {
            _reader.Read(random.Next(5) == 0 ? 200 : random.Next(1, 30));
        }

        // Nothing reaches the lanes by a flush of nothing, and waiting for them costs more than all else here.
        if (random.Next(10) < 9 && _reader.Flush())
        {
            _unticked = true;
            Rest();
        }

        if (random.Next(10) < (_unticked ? 7 : 2))
        {
            _unticked = false;
            _engine.Tick(Clock.NowMs);
            Rest();
        }

        if (_groups.Failure is { } failure)
        {
            _world.Fail($"instance {_member} could not go on: {failure}");
        }

        _writers.Collect();
        Clock.In(_reader.IsAtEnd ? random.Next(100, _world.Scenario.Engine.IdleMs - 20) : random.Next(1, 250), Round);
    }

    private void Hear()
    {
        if (_world.Coordinator.Hear(_member, Clock.NowMs) is not { } news)
        {
            _world.Note(_member, "was thought dead, gives everything up and joins again");
            _reader.Close([.. _groups.All.Select(group => group.Number)]);
            _world.Coordinator.Join(_member, Clock.NowMs);
            return;
        }

        GiveUp(news.Lost, "lost");
        GiveUp(news.Revoked, "revoked");
        foreach (var group in news.Revoked)
        {
            _world.Coordinator.GaveUp(_member, group);
        }

        if (news.Assigned.Count > 0)
        {
            _world.Note(_member, $"is assigned {string.Join(' ', news.Assigned)}");
            _reader.Open(news.Assigned);
        }
    }

    private void GiveUp(IReadOnlyList<int> groups, string how)
    {
        var held = groups.Where(group => _groups.Of(group) is not null).ToList();
        if (held.Count > 0)
        {
            _world.Note(_member, $"{how}: {string.Join(' ', held)}");
            _reader.Close(held);
            TakeHandedOut();
        }
    }

    private void LeaveGroup(int group)
    {
        if (!_leaving)
        {
            _publisher.DropGroup(group);
            _epochs.Forget(group);
        }
    }

    private WatchedSink Watched()
    {
        _sinks.Add(new WatchedSink(_publisher.CreateSink(), _world.Faulty.FalsifiesNext()));
        return _sinks[^1];
    }

    /// <summary>Waits until the lanes have done all that was handed to them: a message behind it has been handled too.</summary>
    private void Rest()
    {
        _engine.CloseGroupAsync(NoGroup).GetAwaiter().GetResult();
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
