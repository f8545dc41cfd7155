using System.Buffers;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Recovery;

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

    /// <summary>Sessions of a group that begin before a time are not whole: the log has lost what came before.</summary>
    WholeFrom,

    /// <summary>Write down what a group holds here and now.</summary>
    Save,

    /// <summary>Take over what is this lane's of an image.</summary>
    Restore,
}

/// <summary>One message in a lane's channel.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Group">Partition group.</param>
internal readonly record struct LaneMessage(LaneMessageKind Kind, int Group)
{
    /// <summary>T of a settle, wall clock of a tick, the time of <see cref="LaneMessageKind.WholeFrom"/>.</summary>
    public long TimeMs { get; init; }

    /// <summary>Watermark of the group when the message was sent.</summary>
    public long WatermarkMs { get; init; }

    /// <summary>Sum of the group's next offsets when the message was sent.</summary>
    public long OffsetSum { get; init; }

    /// <summary>The batch.</summary>
    public EventBatch? Batch { get; init; }

    /// <summary>The image to restore from.</summary>
    public GroupImage? Image { get; init; }

    /// <summary>Takes what was written down.</summary>
    public TaskCompletionSource<ReadOnlySequence<byte>>? Saved { get; init; }

    /// <summary>Completed when the lane has handled the message.</summary>
    public TaskCompletionSource? Done { get; init; }
}
