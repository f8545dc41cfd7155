using System.Buffers;

namespace LiveStream.Pipeline.Recovery;

/// <summary>
/// The whole state of one partition group at one barrier: where each partition was read to, T up to which everything is settled, and what the
/// lanes held (pending events, sessions, viewers). Taken from a running group, kept by a checkpoint store, given to whoever opens the group next,
/// with any number of lanes. Immutable.
/// </summary>
public sealed record GroupImage
{
    /// <summary>T up to which the group is settled, ms since the Unix epoch; <see cref="long.MinValue"/> before the first.</summary>
    public required long SettledMs { get; init; }

    /// <summary>Largest time of an event that was added, after moving, ms since the Unix epoch; <see cref="long.MinValue"/> before the first.</summary>
    public required long LargestMs { get; init; }

    /// <summary>Sessions that begin before this time are not whole, ms since the Unix epoch; <see cref="long.MinValue"/> when all are.</summary>
    public required long WholeFromMs { get; init; }

    /// <summary>The partitions by their index in the group.</summary>
    public required IReadOnlyList<PartitionPosition> Partitions { get; init; }

    /// <summary>What each lane held, in a format of the pipeline's own.</summary>
    public required IReadOnlyList<ReadOnlySequence<byte>> Sections { get; init; }

    /// <summary>Bytes of all sections.</summary>
    public long Bytes => Sections.Sum(section => section.Length);
}

/// <summary>How far one partition had been read at the barrier.</summary>
/// <param name="NextOffset">Offset of the first record that is not in the image.</param>
/// <param name="LargestMs">Largest event time of its accepted events, ms since the Unix epoch; <see cref="long.MinValue"/> before the first.</param>
public readonly record struct PartitionPosition(long NextOffset, long LargestMs);
