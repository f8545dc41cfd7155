using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Options;

/// <summary>How the lanes run; none of it changes a settled number.</summary>
public sealed record PipelineOptions
{
    /// <summary>Lanes, 1..64.</summary>
    public int Lanes { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 64);

    /// <summary>Events in one batch.</summary>
    public int BatchEvents { get; init; } = 4096;

    /// <summary>Batches that may wait for one lane.</summary>
    public int QueuedBatches { get; init; } = 64;

    /// <summary>When a room's users are split over the lanes; never in a replay, which settles a session by its own events only.</summary>
    public WideRoomOptions WideRooms { get; init; } = new();

    /// <summary>When settled snapshots are handed out.</summary>
    public SnapshotCadence Cadence { get; init; } = SnapshotCadence.EveryHop;
}

/// <summary>When settled snapshots are handed out.</summary>
/// <param name="Kind">What drives them.</param>
/// <param name="EveryMs">Distance of snapshots in a replay, a multiple of 1,000; 0 = only the last one of each session.</param>
public readonly record struct SnapshotCadence(CadenceKind Kind, long EveryMs)
{
    /// <summary>Live: every open session, after every settle step, as of the newest T.</summary>
    public static SnapshotCadence EveryHop => new(CadenceKind.Live, EngineHopMs);

    private const long EngineHopMs = LiveStream.Metrics.Options.EngineOptions.HopMs;

    /// <summary>
    /// Replay: each session at every multiple from the first after its start to the first after its last applied event
    /// (0 = only at the first hop after its last applied event).
    /// </summary>
    public static SnapshotCadence Replay(long everyMs) => new(CadenceKind.Replay, everyMs);

    /// <summary>Every open session at every single T, for benchmarks and simulations.</summary>
    public static SnapshotCadence EverySecond => new(CadenceKind.EverySettledSecond, EngineHopMs);
}

/// <summary>What drives settled snapshots.</summary>
public enum CadenceKind : byte
{
    /// <summary>The newest T of each settle step.</summary>
    Live,

    /// <summary>Multiples up to the last applied event.</summary>
    Replay,

    /// <summary>Every T, none left out.</summary>
    EverySettledSecond,
}
