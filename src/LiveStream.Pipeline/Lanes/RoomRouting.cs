namespace LiveStream.Pipeline.Lanes;

/// <summary>Which lane owns a room: a function of its id alone, so that intakes and restoring lanes agree.</summary>
internal static class RoomRouting
{
    /// <summary>The lane of a room.</summary>
    /// <param name="roomHash"><see cref="Metrics.Names.NameHash"/> of its id.</param>
    /// <param name="lanes">Number of lanes.</param>
    public static int LaneOf(ulong roomHash, int lanes) => (int)(((roomHash >> 32) * (ulong)lanes) >> 32);
}
