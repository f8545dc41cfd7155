using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// What a composition root does for the partition groups of this instance: finds and keeps their state, and is told when they go. Called
/// on the reading thread, which goes on at once; what takes time goes on elsewhere, in the task that is returned.
/// </summary>
public sealed record GroupHooks
{
    /// <summary>
    /// A group was assigned: makes this instance its owner and finds what it goes on from. Cancelled when the group is gone again; faulted,
    /// the source ends. Without it every group begins at the earliest record.
    /// </summary>
    public Func<int, CancellationToken, Task<GroupOrigin>>? Restore { get; init; }

    /// <summary>
    /// A group that was given up for the length of a rebalance came back: makes this instance its owner anew. True when nobody else owned it
    /// in between, so that what the lanes hold is still the newest; without it they never do.
    /// </summary>
    public Func<int, CancellationToken, Task<bool>>? Renew { get; init; }

    /// <summary>Makes an image durable; true when it is. Whatever was in the way has been said by then. Without it nothing is kept and nothing committed.</summary>
    public Func<int, GroupImage, Task<bool>>? Save { get; init; }

    /// <summary>
    /// Whether an image of the group was refused, since its store knows a later owner: Kafka has given the group to another and this instance has not
    /// heard of it, or an assignment that was called off has left its mark after the next one. The consumer is then built anew, so that Kafka decides.
    /// </summary>
    public Func<int, bool>? IsOvertaken { get; init; }

    /// <summary>Distance of two images of a group, ms.</summary>
    public int SaveEveryMs { get; init; } = 10_000;

    /// <summary>A group is not this instance's any more: from this call on nothing of it may be published. The lanes may hold it still.</summary>
    public Action<int>? GivenUp { get; init; }

    /// <summary>No lane holds rooms of the group any more.</summary>
    public Action<int>? Closed { get; init; }
}

/// <summary>What a group goes on from.</summary>
/// <param name="Image">Its state, with the partitions in the order of the configured topics; null when there is none to be used.</param>
/// <param name="Text">Where that comes from, for people: completes the sentence "it goes on from ..." or, without an image, "it begins anew, since ...".</param>
public sealed record GroupOrigin(GroupImage? Image, string Text);
