using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Lanes;

/// <summary>What the groups of one lane share: names, counters, scratch. Owned by the lane's loop.</summary>
internal sealed class LaneState(EngineOptions options, PipelineOptions pipeline, SessionCaps caps, LaneSink sink)
{
    public EngineOptions Options { get; } = options;

    public SnapshotCadence Cadence { get; } = pipeline.Cadence;

    public SessionCaps Caps { get; } = caps;

    public LaneSink Sink { get; } = sink;

    public NameTable Names { get; } = new();

    public LaneCounters Counters { get; } = new();

    public EventOrder Order { get; } = new();

    public SliceInput Input { get; } = new();

    public LiveFigures Live { get; } = new();

    /// <summary>Events that this lane may hold in slices.</summary>
    public long MaxBuffered { get; } = Math.Max(1, options.Caps.MaxPendingEvents / pipeline.Lanes);

    public bool IsLive => Cadence.Kind == CadenceKind.Live;
}
