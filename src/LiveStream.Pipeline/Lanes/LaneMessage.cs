using LiveStream.Pipeline.Batches;

namespace LiveStream.Pipeline.Lanes;

/// <summary>What a lane is told, in order.</summary>
internal enum LaneMessageKind : byte
{
    /// <summary>Take in a batch.</summary>
    Batch,

    /// <summary>Everything of a group before T is settled.</summary>
    Settle,

    /// <summary>A group's input has ended: finish its sessions.</summary>
    Finish,

    /// <summary>Drop a group's rooms.</summary>
    Close,

    /// <summary>Hand out live numbers.</summary>
    Tick,

    /// <summary>Nothing to do but to say that everything before has been handled.</summary>
    Barrier,
}

/// <summary>One message in a lane's channel.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Group">Partition group.</param>
/// <param name="TimeMs">T of a settle, wall clock of a tick.</param>
/// <param name="WatermarkMs">Watermark of the group at a batch or a settle.</param>
/// <param name="OffsetSum">Sum of the group's next offsets at a batch or a settle.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Done">Completed when the lane has handled the message.</param>
internal readonly record struct LaneMessage(
    LaneMessageKind Kind, int Group, long TimeMs, long WatermarkMs, long OffsetSum, EventBatch? Batch, TaskCompletionSource? Done);
