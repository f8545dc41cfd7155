using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests;

/// <summary>One group of one lane, driven on the test's own thread.</summary>
internal sealed class SingleLane
{
    private readonly EventBatch _batch = new(4096);

    public SingleLane(EngineOptions? options = null, SnapshotCadence? cadence = null, LaneSink? sink = null, int lanes = 1)
    {
        var engine = options ?? new EngineOptions();
        var pipeline = new PipelineOptions { Lanes = lanes, Cadence = cadence ?? SnapshotCadence.EveryHop };
        Caps = new SessionCaps(engine.Caps.MaxRooms, engine.Caps.MaxViewers);
        State = new LaneState(engine, pipeline, Caps, sink ?? Sink);
        Group = new LaneGroup(State, 0);
        _batch.Begin(Numbers, 0);
    }

    public RecordingSink Sink { get; } = new();

    public SessionCaps Caps { get; }

    public LaneState State { get; }

    public LaneGroup Group { get; }

    /// <summary>The numbers of names that its batches use.</summary>
    public NameNumbers Numbers { get; } = new();

    public SingleLane Take(params IEnumerable<TestEvent> events)
    {
        foreach (var e in events)
        {
            if (_batch.IsFull)
            {
                TakeBatch();
            }

            e.AddTo(_batch, Numbers);
        }

        return TakeBatch();
    }

    public SingleLane TakeMoved(TestEvent e, long originalMs)
    {
        e.AddTo(_batch, Numbers, originalMs);
        return TakeBatch();
    }

    public SingleLane Settle(long settledMs)
    {
        Group.Settle(settledMs);
        Group.SettleSome(int.MaxValue);
        return this;
    }

    public SingleLane Finish()
    {
        Group.Finish();
        return this;
    }

    /// <summary>Gives numbers to names anew, as an intake does that has seen too many; the lane learns of it with the next batch.</summary>
    public void BeginGeneration()
    {
        Numbers.BeginGeneration();
        _batch.Begin(Numbers, 0);
    }

    /// <summary>Marks and sweeps the names, as a lane does after a settle when there are many.</summary>
    public void Sweep()
    {
        State.Names.BeginSweep();
        Group.MarkNames();
        State.Names.EndSweep();
    }

    private SingleLane TakeBatch()
    {
        Group.TakeIn(_batch);
        _batch.Clear();
        return this;
    }
}
