using System.Text.Json;
using Confluent.Kafka;
using LiveStream.App.Recovery;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Options;
using LiveStream.Oracle;
using LiveStream.Publish.Redis;

namespace LiveStream.Simulation.World;

/// <summary>
/// A whole world on one thread in virtual time: producers, a log, instances, their group, a Redis, and what goes wrong. The same scenario
/// does the same every time. At its end every snapshot that was seen is compared with the oracle, and the last ones must be there.
/// </summary>
internal sealed class SimulatedWorld
{
    private const long SettleMs = 60_000;
    private const int SessionTimeoutMs = 6_000;
    private const int FreshMs = 3_000;
    private const int LongestSaveMs = 8_000;
    private const int MostTrace = 100_000;

    private readonly SimulatedInstance[] _instances;
    private readonly List<string>? _trace;
    private readonly Dictionary<(string Key, long Epoch), ProcessClock> _writers = [];
    private readonly HashSet<int> _cutGroups = [];
    private int _appended;
    private string? _failure;

    public SimulatedWorld(Scenario scenario, PlantedFault planted = PlantedFault.None, bool isTraced = false)
    {
        Scenario = scenario;
        _trace = isTraced ? [] : null;
        Random = new Random(scenario.Seed);
        Time = new VirtualTime(scenario.FirstMs - 3_000);
        Log = new MemoryLog(scenario.TopicNames.Count, scenario.Partitions);
        Coordinator = new GroupCoordinator(scenario.Partitions, SessionTimeoutMs, scenario.IsCooperative);
        Faulty = new FaultyWorld(planted, scenario.Records.Count / 2, scenario.Engine);
        Store = new MemoryStore(Time, Fail) { KeepsEpochs = Faulty.KeepsEpochs };
        Configuration = StateConfiguration.HashOf(scenario.Engine, new byte[32]);
        Seen = new SeenSnapshots(Fail);
        Server = new SimulatedServer(Time, Random, new MemoryRedis
        {
            IsFenceless = Faulty.IsFenceless,
            IsCluster = scenario.Seed % 4 == 0,
            SnapshotWritten = (key, asOfMs, epoch, json) =>
            {
                Note(-1, $"{key} shows {asOfMs} of epoch {epoch}");
                Seen.Visible(key, asOfMs, json);
                CheckWriter(key, epoch);
            },
            LiveWritten = (key, epoch, _) =>
            {
                Seen.LiveVisible(key, epoch);
                CheckWriter(key, epoch);
            },
        })
        {
            SaysItIsCluster = scenario.Seed % 8 == 0,
        };
        _instances = [.. Enumerable.Range(0, scenario.Instances).Select(number => new SimulatedInstance(this, number))];
    }

    public Scenario Scenario { get; }

    public Random Random { get; }

    public VirtualTime Time { get; }

    public MemoryLog Log { get; }

    public GroupCoordinator Coordinator { get; }

    public MemoryStore Store { get; }

    /// <summary>Hash of what shapes the numbers.</summary>
    public string Configuration { get; }

    public SimulatedServer Server { get; }

    public SeenSnapshots Seen { get; }

    public FaultyWorld Faulty { get; }

    public Pseudonym Pseudonym { get; } = new(new byte[32]);

    /// <summary>Whether brokers say where logs end.</summary>
    public bool EndsAreTold { get; private set; } = true;

    /// <summary>Whether what happens is written down.</summary>
    public bool IsTraced => _trace is not null;

    /// <summary>What happened.</summary>
    public IReadOnlyList<string> Trace => _trace ?? [];

    /// <summary>Lives to the end. Null, or what went wrong.</summary>
    public string? Run()
    {
        // Whatever a process waits for goes on where it is done, on this thread.
        SynchronizationContext.SetSynchronizationContext(null);
        Append();
        foreach (var fault in Scenario.Faults)
        {
            Time.At(Scenario.FirstMs + fault.AtMs, () => Begin(fault));
        }

        Array.ForEach(_instances, instance => Time.In(Random.Next(2_000), instance.Start));
        while (_failure is null && Time.Step(Scenario.LastMs + SettleMs))
        {
        }

        Array.ForEach(_instances, instance => instance.Process?.CheckCounters());
        Array.ForEach(_instances, instance => instance.Kill());
        return _failure ?? Verdict();
    }

    /// <summary>Something is wrong: the world ends.</summary>
    public void Fail(string what)
    {
        Note(-1, $"FAILED: {what}");
        _failure ??= what;
    }

    /// <summary>Writes down what happened, to whom (-1: to the world).</summary>
    public void Note(int member, string what)
    {
        if (_trace is { Count: < MostTrace })
        {
            _trace.Add($"{Time.NowMs - Scenario.FirstMs,8} ms  {(member < 0 ? "" : $"instance {member} ")}{what}");
        }
    }

    /// <summary>Offsets are committed: only what is durable may be.</summary>
    public bool Commit(int member, IReadOnlyList<TopicPartitionOffset> offsets)
    {
        foreach (var at in offsets)
        {
            var (group, topic) = (at.Partition.Value, Scenario.TopicNames.Index().First(name => name.Item == at.Topic).Index);
            if (at.Offset > Math.Max(Store.CoveredUpTo(group, topic), Log.StartOf(topic, group)))
            {
                Fail($"{at} is committed, and only {Store.CoveredUpTo(group, topic)} was durable");
            }
        }

        return Coordinator.Commit(member, offsets, Time.NowMs);
    }

    private void Append()
    {
        if (_appended == Scenario.Records.Count)
        {
            return;
        }

        Time.At(Scenario.Records[_appended].AppendMs, () =>
        {
            while (_appended < Scenario.Records.Count && Scenario.Records[_appended].AppendMs <= Time.NowMs)
            {
                Log.Append(Scenario.Records[_appended++]);
            }

            Append();
        });
    }

    private void Begin(Fault fault)
    {
        Note(-1, $"{fault.Kind} {fault.Instance} for {fault.ForMs} ms");
        var instance = _instances[fault.Instance];
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                instance.Kill();
                Time.In(fault.ForMs, instance.Start);
                break;
            case FaultKind.KillSoon:
                instance.KillAfter(Random.Next(1, 40), () => Time.In(fault.ForMs, instance.Start));
                break;
            case FaultKind.Stop:
                instance.Stop(() => Time.In(fault.ForMs, instance.Start));
                break;
            case FaultKind.Freeze when instance.Process is { } process:
                process.Clock.Freeze();
                Time.In(fault.ForMs, process.Clock.Thaw);
                break;
            case FaultKind.StallReading:
                instance.Process?.Stall(fault.ForMs);
                break;
            case FaultKind.HideEnds:
                EndsAreTold = false;
                Time.In(fault.ForMs, () => EndsAreTold = true);
                break;
            case FaultKind.CutLog:
                CutLog();
                break;
            default:
                BeginOnRedis(fault);
                BeginOnStore(fault);
                break;
        }
    }

    private void BeginOnStore(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.FillStore:
                Afflict(StoreState.Full);
                break;
            case FaultKind.RemoveStore:
                Afflict(StoreState.Away);
                break;
            case FaultKind.HangStore:
                Afflict(StoreState.Hung);
                break;
            case FaultKind.FlipBit:
                Store.Spoil(Damage.Bit, Random);
                break;
            case FaultKind.CutCheckpoint:
                Store.Spoil(Damage.Cut, Random);
                break;
            case FaultKind.ChangeVersion:
                Store.Spoil(Damage.Version, Random);
                break;
            case FaultKind.LoseStore:
                Store.Lose();
                break;
        }

        void Afflict(StoreState state)
        {
            Store.Become(state);
            Time.In(fault.ForMs, () => Store.Become(Store.State == state ? StoreState.Up : Store.State));
        }
    }

    private void CutLog()
    {
        for (var topic = 0; topic < Log.Topics; topic++)
        {
            for (var partition = 0; partition < Log.Partitions; partition++)
            {
                if (Random.Next(2) == 0)
                {
                    var end = Log.EndOf(topic, partition);
                    Log.Truncate(topic, partition, Random.Next(2) == 0 ? Random.NextInt64(end + 1) : Math.Min(Store.CoveredUpTo(partition, topic), end));
                    _cutGroups.Add(partition);
                }
            }
        }
    }

    private void CheckWriter(string key, long epoch)
    {
        if (!_writers.TryAdd((key, epoch), Server.Sender!) && !ReferenceEquals(_writers[(key, epoch)], Server.Sender))
        {
            Fail($"two instances wrote {key} with epoch {epoch}");
        }
    }

    private void BeginOnRedis(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.LoseRedis or FaultKind.RestartRedis:
                Server.Become(ServerState.Down);
                if (fault.Kind == FaultKind.LoseRedis)
                {
                    Forget();
                }

                Time.In(fault.ForMs, () => Server.Become(ServerState.Up));
                break;
            case FaultKind.HangRedis when Server.State == ServerState.Up:
                Server.Become(ServerState.Hung);
                Time.In(fault.ForMs, () => Server.Become(Server.State == ServerState.Hung ? ServerState.Up : Server.State));
                break;
            case FaultKind.FlushRedis:
                Forget();
                break;
        }
    }

    private void Forget()
    {
        Server.Keys.Flush();
        Seen.Forgotten();
    }

    private string? Verdict()
    {
        var log = RecomputedLog.Of(Log.Files, Scenario.Oracle);
        if (Seen.Difference(log) is { } difference)
        {
            return difference;
        }

        foreach (var group in log.Rooms.GroupBy(room => Scenario.PartitionOf(room)))
        {
            if (LateCheckpoint(group.Key) is { } late)
            {
                return late;
            }

            if (_cutGroups.Contains(group.Key))
            {
                // What it shows depends on whether it had to be built anew from what is left.
                continue;
            }

            // The last T of the group: the first above its last event.
            var lastTs = group.Max(room => log.LastTs(room)!.Value);
            var asOfMs = lastTs - (lastTs % EngineOptions.HopMs) + EngineOptions.HopMs;
            foreach (var room in group)
            {
                if (log.ShownAt(room, asOfMs) is { } shown && Wrong(room, log.LastTs(room)!.Value, Store.EpochOf(group.Key)) is { } wrong)
                {
                    return $"{room} had its last event at {log.LastTs(room)} and should show {shown} as of {asOfMs}: {wrong}";
                }
            }
        }

        return null;
    }

    /// <summary>What is wrong with the last checkpoint of a group: it is the last owner's, and new.</summary>
    private string? LateCheckpoint(int group)
    {
        var mostMs = (2 * Scenario.SaveEveryMs) + LongestSaveMs;
        return Store.LastOf(group) is not { } last ? $"group {group} has never had a checkpoint."
            : last.AtMs < Time.NowMs - mostMs ? $"the last checkpoint of group {group} is {Time.NowMs - last.AtMs} ms old."
            : last.Name.Epoch != Store.EpochOf(group) ? $"the last checkpoint of group {group} is of epoch {last.Name.Epoch}, its owner has {Store.EpochOf(group)}."
            : null;
    }

    /// <summary>What is wrong with the last keys of a room: newer than its last event, fresh, and of the group's last owner, which writes settled ones again only if it has others.</summary>
    private string? Wrong(string room, long lastTs, long epoch)
    {
        var keys = new RoomKeys("live", room);
        var fence = Server.Keys.Hash(keys.Fence!);
        if (!fence.TryGetValue("asOf", out var asOf) || long.Parse(asOf) <= lastTs)
        {
            return $"it shows {asOf ?? "nothing"}.";
        }

        var publishedMs = Server.Keys.Value(keys.Now!) is { } live ? JsonDocument.Parse(live).RootElement.GetProperty("publishedAt").GetInt64() : 0;
        return publishedMs < Time.NowMs - FreshMs ? $"its live numbers are {Time.NowMs - publishedMs} ms old."
            : long.Parse(fence["epoch"]) > epoch || fence["nowEpoch"] != $"{epoch}" ? $"it was last written with epochs {fence["epoch"]} and {fence["nowEpoch"]}, the group's owner has {epoch}."
            : null;
    }
}
