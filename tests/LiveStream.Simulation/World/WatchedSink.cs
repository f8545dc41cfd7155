using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Simulation.World;

/// <summary>
/// The publisher's sink of one lane, with a look at what passes: keeps the settled bytes of sessions that no key shows, and of one in four of
/// the others, until <see cref="TakeHandedOut"/>, which is called while the lane is at rest.
/// </summary>
internal sealed class WatchedSink(LaneSink sink, bool falsify) : LaneSink
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<byte[]> _handedOut = [];
    private bool _falsify = falsify;

    /// <summary>What was handed out since the last call.</summary>
    public byte[][] TakeHandedOut()
    {
        byte[][] taken = [.. _handedOut];
        _handedOut.Clear();
        return taken;
    }

    public override int DueInMs(ReadOnlySpan<byte> room) => sink.DueInMs(room);

    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
    {
        if (_falsify && session.Shown && snapshot.Applied > 5)
        {
            _falsify = false;
            snapshot.Applied++;
        }

        if (!session.Shown || snapshot.AsOfMs / 1000 % 4 == 0)
        {
            _text.ResetWrittenCount();
            SnapshotJson.Write(_text, snapshot, default);
            _handedOut.Add(_text.WrittenSpan.ToArray());
        }

        sink.OnSnapshot(snapshot, session);
    }

    public override void OnLive(LiveFigures live, in SessionOutput session) => sink.OnLive(live, session);

    public override void OnSessionOver(ReadOnlySpan<byte> room, ReadOnlySpan<byte> session, long startMs, bool roomEmpty) =>
        sink.OnSessionOver(room, session, startMs, roomEmpty);

    public override void OnTick(long wallClockMs) => sink.OnTick(wallClockMs);

    public override void OnSettled(int group, long settledMs) => sink.OnSettled(group, settledMs);
}
