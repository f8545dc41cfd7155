namespace LiveStream.Pipeline.Lanes;

/// <summary>Which lane owns a room, or a viewer of a wide room: functions of their ids alone, so that intakes and restoring lanes agree.</summary>
internal static class RoomRouting
{
    /// <summary>The lane of a room.</summary>
    /// <param name="roomHash"><see cref="Metrics.Names.NameHash"/> of its id.</param>
    /// <param name="lanes">Number of lanes.</param>
    public static int LaneOf(ulong roomHash, int lanes) => (int)(((roomHash >> 32) * (ulong)lanes) >> 32);

    /// <summary>The lane of a viewer of a wide room.</summary>
    public static int LaneOfViewer(ulong viewer, int lanes) => LaneOf(viewer * 0xD6E8_FEB8_6659_FD93, lanes);
}
