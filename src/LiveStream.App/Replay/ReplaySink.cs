using System.Buffers;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.App.Replay;

/// <summary>Turns one lane's settled snapshots into lines of the <see cref="SnapshotLog"/>.</summary>
/// <param name="lane">The lane's part of the log.</param>
/// <param name="room">The only room to keep, UTF-8; null keeps all.</param>
internal sealed class ReplaySink(SnapshotLane lane, byte[]? room) : LaneSink
{
    private readonly ArrayBufferWriter<byte> json = new(16 * 1024);

    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
    {
        if (room is not null && !snapshot.Room.AsSpan().SequenceEqual(room))
        {
            return;
        }

        json.ResetWrittenCount();
        SnapshotJson.Write(json, snapshot, liveJson: default);
        lane.Add(new SnapshotKey(snapshot.AsOfMs, snapshot.Room, snapshot.Session, snapshot.StartMs), json.WrittenSpan);
    }
}
