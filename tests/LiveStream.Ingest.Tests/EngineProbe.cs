using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Ingest.Tests;

/// <summary>A real engine whose sinks only remember what was settled.</summary>
internal sealed class EngineProbe : IAsyncDisposable
{
    private readonly Recorder _recorder = new();

    public EngineProbe(int lanes = 2, SnapshotCadence? cadence = null) =>
        Engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = lanes, Cadence = cadence ?? SnapshotCadence.EveryHop }, _ => _recorder);

    public StreamEngine Engine { get; }

    /// <summary>Largest T that a lane has settled.</summary>
    public long SettledMs => Volatile.Read(ref _recorder.SettledMs);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();

    private sealed class Recorder : LaneSink
    {
        public long SettledMs = long.MinValue;

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
        }

        public override void OnSettled(int group, long settledMs) => Volatile.Write(ref SettledMs, Math.Max(SettledMs, settledMs));
    }
}
