using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Recovery;

/// <summary>
/// Reads what is one lane's of an image: rooms that it owns, and its part of wide rooms, put together from all their parts. Used once by the lane's
/// group.
/// </summary>
internal sealed class ImageReader(LaneState lane, RoomTable rooms, WideLane wide)
{
    private readonly Dictionary<int, (RoomEntry? Leader, List<RoomEntry> Wings)> _parts = [];

    /// <summary>Takes the rooms over.</summary>
    /// <exception cref="InvalidDataException">The image is not one; other exceptions of reading say the same.</exception>
    public void Read(GroupImage image)
    {
        foreach (var section in image.Sections)
        {
            for (var reader = new StateReader(section, lane.Names); !reader.End;)
            {
                reader.BeginRoom(out var room, out var kind, out var length);
                var hash = NameHash.Compute(room);
                if (kind != (int)RoomKind.Narrow)
                {
                    ReadPart(lane.Names.Intern(room, hash), (RoomKind)kind, ref reader);
                }
                else if (RoomRouting.LaneOf(hash, lane.Lanes) == lane.Number)
                {
                    ReadRoom(lane.Names.Intern(room, hash), ref reader);
                }
                else
                {
                    reader.Skip(length);
                }
            }
        }

        foreach (var (leader, wings) in _parts.Values)
        {
            wide.Assemble(leader ?? throw new InvalidDataException("A checkpoint lacks the first part of a room."), wings);
        }
    }

    /// <summary>Gives up parts that have not been put together, with the places of their viewers.</summary>
    public void Abandon()
    {
        foreach (var (leader, wings) in _parts.Values)
        {
            wings.ForEach(wing => wing.Room.Abandon());
            if (leader is not null && !rooms.Entries.Contains(leader))
            {
                leader.Room.Abandon();
            }
        }
    }

    private void ReadRoom(int name, ref StateReader reader)
    {
        var count = rooms.Entries.Count;
        var entry = rooms.GetOrAdd(name, long.MinValue);
        if (rooms.Entries.Count == count)
        {
            throw new InvalidDataException("A checkpoint holds a room twice.");
        }

        entry.Restore(ref reader);
        lane.Counters.Restore(entry.Pending);
    }

    private void ReadPart(int name, RoomKind kind, ref StateReader reader)
    {
        var (leader, wings) = _parts.GetValueOrDefault(name, (null, []));
        if (kind is not RoomKind.Wing && (kind is not RoomKind.Leader || leader is not null))
        {
            throw new InvalidDataException("A checkpoint holds a part of a room that cannot be.");
        }

        var entry = rooms.Create(name);
        entry.Room.IsWing = true;
        reader.OwnViewers = wide.IsOwn;
        entry.Restore(ref reader);
        reader.OwnViewers = null;
        if (kind == RoomKind.Wing)
        {
            wings.Add(entry);
        }

        _parts[name] = (kind == RoomKind.Leader ? entry : leader, wings);
    }
}
