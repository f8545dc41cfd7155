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

    public EngineProbe(PipelineOptions? pipeline = null, EngineOptions? options = null) =>
        Engine = new StreamEngine(options ?? new EngineOptions(), pipeline ?? new PipelineOptions { Lanes = 2 }, _ => _recorder);

    public StreamEngine Engine { get; }

    /// <summary>Largest T that a lane has settled.</summary>
    public long SettledMs => Volatile.Read(ref _recorder.SettledMs);

    /// <summary>While it is closed, the lanes wait at it whenever they settle.</summary>
    public ManualResetEventSlim Gate => _recorder.Gate;

    public async ValueTask DisposeAsync()
    {
        Gate.Set();
        await Engine.DisposeAsync();
    }

    private sealed class Recorder : LaneSink
    {
        public long SettledMs = long.MinValue;

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
        }

        public ManualResetEventSlim Gate { get; } = new(initialState: true);

        public override void OnSettled(int group, long settledMs)
        {
            Volatile.Write(ref SettledMs, Math.Max(SettledMs, settledMs));
            Gate.Wait(TestContext.Current.CancellationToken);
        }
    }
}
