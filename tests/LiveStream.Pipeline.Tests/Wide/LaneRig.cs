using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Tests.Wide;

/// <summary>
/// Lanes and their intakes as an engine has them, but each lane begins when the test says so: one that has not begun lags behind the others by
/// everything that was flushed.
/// </summary>
internal sealed class LaneRig : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly PipelineOptions _pipeline;
    private readonly Lane[] _lanes;
    private readonly bool[] _begun;
    private readonly ConcurrentQueue<EventBatch> _pool = new();
    private readonly List<IntakeCounters> _intakes = [];

    public LaneRig(int lanes, EngineOptions? options = null, SnapshotCadence? cadence = null, WideRoomOptions? wide = null)
    {
        _options = options ?? new EngineOptions();
        _pipeline = new PipelineOptions
        {
            Lanes = lanes, Cadence = cadence ?? SnapshotCadence.EverySecond, BatchEvents = 64, QueuedBatches = 1 << 14,
            WideRooms = wide ?? new WideRoomOptions { LeastEventsPerSecond = 0, LeastShare = 0 },
        };
        Caps = new SessionCaps(_options.Caps.MaxRooms, _options.Caps.MaxViewers);
        Sinks = [.. Enumerable.Range(0, lanes).Select(_ => new RecordingSink())];
        States = [.. Enumerable.Range(0, lanes).Select(i => new LaneState(_options, _pipeline, Caps, Sinks[i], i, Post(lanes)))];
        _lanes = [.. States.Select((state, i) => new Lane(i, state, _pipeline.QueuedBatches, _pool))];
        _begun = new bool[lanes];
        States[0].Post.Wake = lane => _lanes[lane].Wake();
    }

    public SessionCaps Caps { get; }

    public RecordingSink[] Sinks { get; }

    public LaneState[] States { get; }

    /// <summary>All snapshots, ordered by T; those of one session come from one lane.</summary>
    public Taken[] Snapshots => [.. Sinks.SelectMany(s => s.Snapshots).OrderBy(s => s.AsOfMs).ThenBy(s => s.Room, StringComparer.Ordinal).ThenBy(s => s.Session, StringComparer.Ordinal)];

    public (long Read, long Applied, long Late, long Duplicate, long Rejected, long Dropped, long Buffered) Counters => (
        _intakes.Sum(i => i.Read), _lanes.Sum(l => l.Counters.Applied), _intakes.Sum(i => i.Late) + _lanes.Sum(l => l.Counters.Late), _lanes.Sum(l => l.Counters.Duplicate),
        _intakes.Sum(i => i.Rejected) + _lanes.Sum(l => l.Counters.Rejected), _lanes.Sum(l => l.Counters.Dropped), _lanes.Sum(l => l.Counters.Buffered));

    /// <summary>What is read and has no outcome, nor was dropped, lies in slices.</summary>
    public bool IsBalanced => Counters is var c && c.Read == c.Applied + c.Late + c.Duplicate + c.Rejected + c.Dropped + c.Buffered;

    /// <summary>A room that a lane leads.</summary>
    public static string RoomOf(int leader, int lanes, int number = 0) => Enumerable.Range(0, 10_000).Select(i => $"room {i}")
        .Where(room => RoomRouting.LaneOf(NameHash.Compute(Encoding.UTF8.GetBytes(room)), lanes) == leader).ElementAt(number);

    public GroupIntake Open(GroupImage? image = null, int group = 0)
    {
        var counters = new IntakeCounters();
        _intakes.Add(counters);
        var intake = new GroupIntake(group, 1, _options, _pipeline.BatchEvents, _lanes, _pool, counters, _pipeline.WideRooms, lostUpToMs: null);
        if (image is not null)
        {
            intake.Restore(image);
        }

        return intake;
    }

    public void Begin(int lane)
    {
        _begun[lane] = true;
        _lanes[lane].Start();
    }

    public void BeginAll()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            Begin(i);
        }
    }

    /// <summary>Returns when a lane that has begun has handled everything that was flushed to it.</summary>
    public async Task Handled(int lane)
    {
        // No group has this number, so the lane does nothing but say that it came so far.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _lanes[lane].Writer.WriteAsync(new LaneMessage(LaneMessageKind.Close, int.MaxValue) { Done = done });
        await Limited(done.Task);
    }

    public async Task AllHandled()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            await Handled(i);
        }
    }

    public Task Close(int lane, int group = 0)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _lanes[lane].Writer.TryWrite(new LaneMessage(LaneMessageKind.Close, group) { WatermarkMs = long.MinValue, Done = done })
            ? Limited(done.Task)
            : throw new InvalidOperationException("The lane's queue is full.");
    }

    /// <summary>Every lane has dropped the group: what they had sent each other is of no use.</summary>
    public async Task Forget(int group = 0)
    {
        foreach (var lane in _lanes)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await lane.Writer.WriteAsync(new LaneMessage(LaneMessageKind.Forget, group) { Done = done });
            await Limited(done.Task);
        }
    }

    public static async Task<GroupImage> ImageOf(GroupIntake intake)
    {
        var taking = intake.TakeImageAsync();
        intake.Flush(TestContext.Current.CancellationToken);
        await Limited(taking);
        return await taking;
    }

    /// <summary>Ends the input; all lanes have ended when it returns.</summary>
    public async Task Complete()
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        await Limited(Task.WhenAll(_lanes.Select(l => l.Ended)));
    }

    public static Task Limited(Task task) => task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i].Writer.TryComplete();
            if (!_begun[i])
            {
                Begin(i);
            }
        }

        return ValueTask.CompletedTask;
    }

    private LanePost? _post;

    private LanePost Post(int lanes) => _post ??= new LanePost(lanes);
}
