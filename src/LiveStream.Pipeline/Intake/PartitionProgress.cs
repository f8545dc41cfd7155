namespace LiveStream.Pipeline.Intake;

/// <summary>How far one partition of a group has been read.</summary>
internal struct PartitionProgress
{
    /// <summary>Largest event time of its accepted events, held back by record timestamps.</summary>
    public long LargestMs;

    /// <summary>Offset after the last event added.</summary>
    public long NextOffset;

    /// <summary>At its end and quiet.</summary>
    public bool IsIdle;

    /// <summary>A file at its end.</summary>
    public bool HasEnded;

    /// <summary>A partition before its first event.</summary>
    public static PartitionProgress New => new() { LargestMs = long.MinValue };

    /// <summary>Whether the group's watermark waits for it.</summary>
    public readonly bool HoldsUp => !IsIdle && !HasEnded;
}
