using System.Buffers;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Recovery;

/// <summary>
/// Writes down one lane's part of a group as of a barrier, room by room, while the lane goes on: events that come later lie behind each
/// slice's mark, and a room is written before anything of it is settled. So the lane stands still for a stretch of bytes at a time and not for the
/// whole. Owned by the lane's group, which makes one per barrier.
/// </summary>
internal sealed class GroupSaver
{
    private readonly StateWriter _writer;
    private readonly Queue<RoomEntry> _rooms;
    private readonly TaskCompletionSource<ReadOnlySequence<byte>> _saved;

    /// <summary>Marks what the rooms hold now.</summary>
    public GroupSaver(NameTable names, IReadOnlyCollection<RoomEntry> rooms, TaskCompletionSource<ReadOnlySequence<byte>> saved)
    {
        _writer = new StateWriter(names);
        _rooms = new Queue<RoomEntry>(rooms);
        _saved = saved;
        foreach (var room in rooms)
        {
            room.MarkForSaving();
        }
    }

    /// <summary>Whether everything has been written and handed over.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Writes a room that has to be written now, unless it has been.</summary>
    public void Save(RoomEntry room)
    {
        if (room.IsUnsaved)
        {
            room.Save(_writer);
        }
    }

    /// <summary>Writes rooms until so many bytes have been written; hands over when none is left.</summary>
    public void SaveSome(long bytes)
    {
        for (var enough = _writer.Length + bytes; _writer.Length < enough && _rooms.TryDequeue(out var room);)
        {
            Save(room);
        }

        if (_rooms.Count == 0 && !IsDone)
        {
            IsDone = true;
            _saved.TrySetResult(_writer.Complete());
        }
    }

    /// <summary>The group is given up before everything was written.</summary>
    public void Cancel() => _saved.TrySetCanceled();
}
