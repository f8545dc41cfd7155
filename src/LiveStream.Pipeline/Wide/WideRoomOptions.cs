namespace LiveStream.Pipeline.Wide;

/// <summary>When a room's users are split over the lanes. None of it changes a settled number.</summary>
public sealed record WideRoomOptions
{
    /// <summary>Most rooms of a group that are split at a time; 0 = none.</summary>
    public int MaxRooms { get; init; } = 64;

    /// <summary>Fewer events a second of event time are not worth the splitting.</summary>
    public int LeastEventsPerSecond { get; init; } = 2_000;

    /// <summary>Least share of the group's events, in lanes: 1/8 is an eighth of what a lane carries.</summary>
    public double LeastShare { get; init; } = 1.0 / 8;
}
