using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Bench.Load.Rows;

/// <summary>As <see cref="EngineSink"/>, and writes every snapshot as JSON into a buffer of its lane.</summary>
public sealed class JsonSink(long halfMs, long finalMs, Action onTick, CountdownEvent settled)
    : EngineSink(halfMs, finalMs, onTick, settled)
{
    private readonly ArrayBufferWriter<byte> _json = new(64 << 10);

    /// <inheritdoc/>
    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
    {
        base.OnSnapshot(snapshot, session);
        _json.ResetWrittenCount();
        SnapshotJson.Write(_json, snapshot, default);
    }
}
