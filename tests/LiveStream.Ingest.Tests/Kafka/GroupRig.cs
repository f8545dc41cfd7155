using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>The groups of one instance without a client: a test is the client, the store and the brokers. Two topics, eight partitions.</summary>
internal sealed class GroupRig : IAsyncDisposable
{
    private readonly LogProbe _log = new();
    private readonly Dictionary<TopicPartition, LogBounds> _logs = [];

    public GroupRig(Func<GroupHooks, GroupHooks>? adjust = null, string protocol = "classic")
    {
        Clock = new MonotonicClock(Time);
        var hooks = new GroupHooks
        {
            Restore = (group, _) => { Calls.Enqueue($"restore {group}"); return Task.FromResult(new GroupOrigin(Stored.GetValueOrDefault(group), "the test")); },
            Renew = (group, _) => { Calls.Enqueue($"renew {group}"); return Task.FromResult(IsRenewed); },
            Save = (group, image) => { Calls.Enqueue($"save {group}"); Stored[group] = image; return Task.FromResult(true); },
            SaveEveryMs = 1_000,
            GivenUp = group => Calls.Enqueue($"given up {group}"),
            Closed = group => Calls.Enqueue($"closed {group}"),
        };
        hooks = adjust?.Invoke(hooks) ?? hooks;
        var options = new KafkaOptions
        {
            Topics = [new("like", [EventType.Like]), new("room", [EventType.Start])],
            Properties = new Dictionary<string, string> { ["group.protocol"] = protocol },
        };
        Saver = new GroupSaver(hooks, null, Clock, _log)
        {
            Commit = offsets => { Calls.Enqueue($"commit {string.Join(' ', offsets.Select(at => $"{at.Topic}{at.Partition.Value}:{at.Offset.Value}"))}"); return Committing; },
        };
        var search = new GroupSearch(hooks, some => Task.FromResult<IReadOnlyList<LogBounds>>([.. some.Select(BoundsOf)]), Time, _log);
        Groups = new AssignedGroups(options, 8, 1_000, Probe.Engine, hooks, search, Saver, Clock, _log);
    }

    public TestClock Time { get; } = new();

    public MonotonicClock Clock { get; }

    public EngineProbe Probe { get; } = new(new PipelineOptions { Lanes = 2, BatchEvents = 16 });

    public AssignedGroups Groups { get; }

    public GroupSaver Saver { get; }

    /// <summary>What the groups asked for, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Images by group.</summary>
    public ConcurrentDictionary<int, GroupImage> Stored { get; } = new();

    /// <summary>Where partitions were placed.</summary>
    public List<string> Placed { get; } = [];

    /// <summary>Whether nobody else owned a group in between.</summary>
    public bool IsRenewed { get; set; } = true;

    /// <summary>Whether the client can place partitions.</summary>
    public bool CanPlace { get; set; } = true;

    /// <summary>What a commit ends with.</summary>
    public Task Committing { get; set; } = Task.CompletedTask;

    public LogProbe Log => _log;

    /// <summary>What a broker has of a partition; else offsets 0 to 1,000.</summary>
    public void SetLog(string topic, int partition, long first, long end) => _logs[new TopicPartition(topic, partition)] = new LogBounds(first, end);

    /// <summary>Assigns all partitions of groups.</summary>
    public void Assign(params int[] numbers) => Groups.Assign([.. numbers.SelectMany(Partitions)]);

    public static IEnumerable<TopicPartition> Partitions(int number) => [new("like", number), new("room", number)];

    /// <summary>Goes on until this many groups are read.</summary>
    public Task ReadingAsync(int count) => WaitFor.TrueAsync(
        () =>
        {
            Service();
            return Groups.All.Count == count || Groups.Failure is not null;
        },
        $"{count} groups");

    public void Service() => Groups.Service(Clock.NowMs, at =>
    {
        if (CanPlace)
        {
            Placed.Add($"{at.Topic}{at.Partition.Value}:{at.Offset.Value}");
        }

        return CanPlace;
    });

    /// <summary>Reads likes of a group, from its position on.</summary>
    public void Read(int number, int records)
    {
        var group = Groups.Of(number)!;
        for (var i = 0; i < records; i++)
        {
            var offset = group.Partitions[0].Position;
            group.OnRecord(0, offset, Clock.NowMs);
            group.Intake.Add(0, new ParsedEvent { Type = EventType.Like, Room = Encoding.UTF8.GetBytes($"r{number}"), TimeMs = 1_700_000_000_000 + (offset * 100), Viewer = (ulong)offset + 1, Count = 1, Quantity = 1 }, long.MaxValue);
            group.Intake.SetPosition(0, offset + 1);
        }

        // The other topic is at its end, so that it holds nothing up.
        group.OnEnd(1, group.Partitions[1].Position, Clock.NowMs);
        group.UpdateIdle(Clock.NowMs);
    }

    /// <summary>A round of the saver, and of the flush that carries its barriers.</summary>
    public void Save()
    {
        Saver.Service(Groups.All, Clock.NowMs);
        foreach (var group in Groups.All)
        {
            group.Intake.TryFlush();
        }
    }

    public ValueTask DisposeAsync() => Probe.DisposeAsync();

    private LogBounds BoundsOf(TopicPartition partition) => _logs.GetValueOrDefault(partition, new LogBounds(0, 1_000));
}
