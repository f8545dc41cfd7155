using LiveStream.Metrics.Names;
using LiveStream.Metrics.State;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Pipeline.Wide;

/// <summary>What an image says of wide rooms.</summary>
internal static class WideImage
{
    /// <summary>What an entry is, as its image says.</summary>
    public static RoomKind KindOf(RoomEntry entry) => entry.Wide is null ? RoomKind.Narrow : entry.Wide.Merge is null ? RoomKind.Wing : RoomKind.Leader;

    /// <summary>Names of the wide rooms of an image.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static List<byte[]> RoomsOf(GroupImage image)
    {
        var rooms = new List<byte[]>();
        var names = new NameTable();
        foreach (var section in image.Sections)
        {
            for (var reader = new StateReader(section, names); !reader.End;)
            {
                reader.BeginRoom(out var room, out var kind, out var length);
                reader.Skip(length);
                if (kind == (int)RoomKind.Leader)
                {
                    rooms.Add(room);
                }
            }
        }

        return rooms;
    }
}

/// <summary>What a room's image holds.</summary>
internal enum RoomKind
{
    /// <summary>All of the room.</summary>
    Narrow,

    /// <summary>The part of a wide room that counts products and keeps what does not add up.</summary>
    Leader,

    /// <summary>Another part of a wide room.</summary>
    Wing,
}
