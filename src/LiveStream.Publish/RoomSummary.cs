namespace LiveStream.Publish;

/// <summary>What a list of rooms shows of one room. Written by the publisher with every snapshot.</summary>
/// <param name="RoomName">Name of the room; empty when nobody has named it yet.</param>
/// <param name="Session">Session that the snapshot shows.</param>
/// <param name="Status"><c>live</c> or <c>ended</c>.</param>
/// <param name="Online">Viewers online at <paramref name="AsOf"/>, settled.</param>
/// <param name="Gmv">GMV of the session in minor units, settled.</param>
/// <param name="AsOf">Event time in ms since the Unix epoch up to which the numbers are settled.</param>
public readonly record struct RoomSummary(
    string RoomName, string Session, string Status, long Online, Int128 Gmv, long AsOf);

/// <summary>A room and its summary, one row of <see cref="RoomBoard.Rooms"/>.</summary>
public readonly record struct RoomListing(string Room, RoomSummary Summary);

/// <summary>A page of the list of rooms, busiest first. <paramref name="Total"/> counts all matches, not only this page.</summary>
public sealed record RoomPage(int Total, IReadOnlyList<RoomListing> Rooms);

/// <summary>
/// The newest published state of one room. The JSON is UTF-8 and never changes.
/// <see cref="LiveJson"/> is empty until the first <c>live</c> object after the snapshot; the snapshot carries one of its own.
/// </summary>
/// <param name="Sequence">Counts the snapshots of the room on this board, from 1.</param>
public readonly record struct RoomView(
    RoomSummary Summary, ReadOnlyMemory<byte> SnapshotJson, ReadOnlyMemory<byte> SeriesJson,
    ReadOnlyMemory<byte> LiveJson, long Version, long Sequence);

/// <summary>Whether a <see cref="RoomMessage"/> carries a whole snapshot or the <c>live</c> object alone.</summary>
public enum RoomMessageKind
{
    /// <summary>The whole snapshot of output.md.</summary>
    Snapshot,

    /// <summary>The <c>live</c> object that follows the snapshot with the same sequence number.</summary>
    Live,
}

/// <summary>
/// One message to a subscriber. Each snapshot of a room has the sequence number after the one before it; a live
/// message carries the number of the snapshot it follows. So a subscriber sees every snapshot that it missed as a gap.
/// </summary>
public readonly record struct RoomMessage(RoomMessageKind Kind, long Sequence, ReadOnlyMemory<byte> Json);
