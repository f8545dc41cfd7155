using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Lanes;

/// <summary>What the groups of one lane share: names, counters, scratch. Owned by the lane's loop.</summary>
/// <param name="options">What shapes the numbers.</param>
/// <param name="pipeline">How the lanes run.</param>
/// <param name="caps">Caps of the whole instance.</param>
/// <param name="sink">The lane's sink.</param>
/// <param name="number">The lane's number.</param>
/// <param name="post">Letters to other lanes; null when there are none.</param>
internal sealed class LaneState(EngineOptions options, PipelineOptions pipeline, SessionCaps caps, LaneSink sink, int number = 0, LanePost? post = null)
{
    public int Number { get; } = number;

    public int Lanes { get; } = pipeline.Lanes;

    public LanePost Post { get; } = post ?? new LanePost(pipeline.Lanes);

    public EngineOptions Options { get; } = options;

    public SnapshotCadence Cadence { get; } = pipeline.Cadence;

    public SessionCaps Caps { get; } = caps;

    public LaneSink Sink { get; } = sink;

    public NameTable Names { get; } = new();

    public LaneCounters Counters { get; } = new();

    public EventOrder Order { get; } = new();

    public SliceInput Input { get; } = new();

    public LiveFigures Live { get; } = new();

    /// <summary>Wall clock of the latest tick, ms since the Unix epoch; 0 before the first.</summary>
    public long TickMs { get; set; }

    /// <summary>Events that this lane may hold in slices.</summary>
    public long MaxBuffered { get; } = Math.Max(1, options.Caps.MaxPendingEvents / pipeline.Lanes);

    public bool IsLive => Cadence.Kind == CadenceKind.Live;
}
