using System.Buffers;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Lanes;

namespace LiveStream.Pipeline.Recovery;

/// <summary>
/// Writes down one lane's part of a group as of a barrier, room by room and a large room step by step, while the lane goes on: events that come later
/// lie behind each slice's mark, and a room is written to its end before anything of it is settled. So the lane stands still for some steps
/// at a time and not for the whole. Owned by the lane's group, which makes one per barrier.
/// </summary>
internal sealed class ImageWriter
{
    // Packed, as most of a small room is, they take as long as a step of a large one.
    private const int BytesPerStep = 8192;

    private readonly StateWriter _writer;
    private readonly Queue<RoomEntry> _rooms;
    private readonly TaskCompletionSource<ReadOnlySequence<byte>> _saved;
    private RoomEntry? _begun;

    /// <summary>Marks what the rooms hold now.</summary>
    public ImageWriter(NameTable names, IReadOnlyCollection<RoomEntry> rooms, TaskCompletionSource<ReadOnlySequence<byte>> saved)
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
        Begin(room);
        if (ReferenceEquals(room, _begun))
        {
            _writer.WriteSteps();
        }
    }

    /// <summary>Writes so many steps of large rooms, or as much of small ones; hands over when nothing is left.</summary>
    public void SaveSome(int steps)
    {
        while (steps > 0 && (_writer.HasSteps || _rooms.Count > 0))
        {
            if (_writer.HasSteps)
            {
                _writer.WriteStep();
                steps--;
            }
            else
            {
                var before = _writer.Length;
                Begin(_rooms.Dequeue());
                steps -= (int)((_writer.Length - before + BytesPerStep - 1) / BytesPerStep);
            }
        }

        if (_rooms.Count == 0 && !_writer.HasSteps && !IsDone)
        {
            IsDone = true;
            _saved.TrySetResult(_writer.Complete());
        }
    }

    /// <summary>The group is given up before everything was written.</summary>
    public void Cancel() => _saved.TrySetCanceled();

    private void Begin(RoomEntry room)
    {
        if (room.IsUnsaved)
        {
            room.Save(_writer);
            _begun = room;
        }
    }
}
