using System.Buffers;

namespace LiveStream.App.Recovery;

/// <summary>
/// Where durable facts beside the log live: a folder or Redis. Shared by the instances of one consumer group. Keeps bytes and knows
/// nothing of what they mean. Safe from any thread; every method may take as long as the medium does, so none is called on the reading thread.
/// </summary>
internal interface ICheckpointStore : IAsyncDisposable
{
    /// <summary>What it is and where, for people.</summary>
    string Description { get; }

    /// <summary>The key of the pseudonyms: the one that is there, or a new random one that all instances agree on.</summary>
    Task<IdentityKey> IdentityKeyAsync();

    /// <summary>
    /// Raises the epoch of a partition group: greater than every epoch that this store ever gave for it, durable, given once; and no less than the
    /// time in ms, so that it is also greater than those of a store that was lost, or of another one that should have been shared.
    /// </summary>
    /// <exception cref="IOException">The store did not take it.</exception>
    Task<RaisedEpoch> RaiseEpochAsync(int group);

    /// <summary>The checkpoints of a group, the newest first.</summary>
    /// <exception cref="IOException">The store does not answer.</exception>
    Task<IReadOnlyList<CheckpointName>> ListAsync(int group);

    /// <summary>The bytes of a checkpoint.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    Task<ReadOnlySequence<byte>> ReadAsync(CheckpointName name);

    /// <summary>
    /// Makes a checkpoint durable and then deletes all of its group but the last two; there is never a moment with fewer whole ones than
    /// before. False when an owner of a greater epoch has taken the group over: nothing was written.
    /// </summary>
    /// <exception cref="IOException">It could not be written; what was there is untouched.</exception>
    Task<bool> WriteAsync(CheckpointName name, ReadOnlySequence<byte> content);

    /// <summary>Takes a damaged checkpoint out of the list, so that it does not count as one of the two that are kept.</summary>
    /// <exception cref="IOException">The store did not do it.</exception>
    Task SetAsideAsync(CheckpointName name);
}

/// <summary>An epoch that was raised.</summary>
/// <param name="Epoch">The new one.</param>
/// <param name="Before">The last one before it, 0 = none.</param>
internal readonly record struct RaisedEpoch(long Epoch, long Before);

/// <summary>The key of the pseudonyms.</summary>
/// <param name="Bytes">32 bytes or more.</param>
/// <param name="Created">Whether this start created it.</param>
internal readonly record struct IdentityKey(byte[] Bytes, bool Created)
{
    /// <summary>Bytes of a key that is created.</summary>
    public const int NewBytes = 32;
}
