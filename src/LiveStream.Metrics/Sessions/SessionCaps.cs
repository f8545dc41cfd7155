namespace LiveStream.Metrics.Sessions;

/// <summary>
/// The counts that caps of the whole instance limit. Shared by all lanes: taken and returned with interlocked additions, at new
/// sessions and new viewers only.
/// </summary>
public sealed class SessionCaps(int maxRooms, int maxViewers)
{
    private int _rooms;
    private int _viewers;

    /// <summary>Rooms with an open session.</summary>
    public int Rooms => Volatile.Read(ref _rooms);

    /// <summary>Viewers of open sessions.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Whether one more viewer may be remembered.</summary>
    public bool HasRoomForViewer => Viewers < maxViewers;

    /// <summary>Takes a room's place; false when there is none.</summary>
    public bool TryTakeRoom()
    {
        if (Interlocked.Increment(ref _rooms) <= maxRooms)
        {
            return true;
        }

        ReturnRoom();
        return false;
    }

    /// <summary>Takes places for what a checkpoint held, whether or not there are so many.</summary>
    public void Restore(int rooms, int viewers)
    {
        Interlocked.Add(ref _rooms, rooms);
        Interlocked.Add(ref _viewers, viewers);
    }

    /// <summary>Returns a room's place.</summary>
    public void ReturnRoom() => Interlocked.Decrement(ref _rooms);

    /// <summary>Takes a viewer's place; false when there is none.</summary>
    public bool TryTakeViewer()
    {
        if (!HasRoomForViewer)
        {
            return false;
        }

        Interlocked.Increment(ref _viewers);
        return true;
    }

    /// <summary>Returns the places of a session's viewers.</summary>
    public void ReturnViewers(int count) => Interlocked.Add(ref _viewers, -count);
}
