namespace LiveStream.App.Recovery;

/// <summary>Where durable facts beside the log live: a folder or Redis. Shared by the instances of one consumer group.</summary>
internal interface ICheckpointStore : IAsyncDisposable
{
    /// <summary>What it is and where, for people.</summary>
    string Description { get; }

    /// <summary>The key of the pseudonyms: the one that is there, or a new random one that all instances agree on.</summary>
    Task<IdentityKey> IdentityKeyAsync();

    /// <summary>Raises the epoch of a partition group: greater than every epoch ever given for it, durable, given once.</summary>
    Task<long> RaiseEpochAsync(int group);
}

/// <summary>The key of the pseudonyms.</summary>
/// <param name="Bytes">32 bytes or more.</param>
/// <param name="Created">Whether this start created it.</param>
internal readonly record struct IdentityKey(byte[] Bytes, bool Created)
{
    /// <summary>Bytes of a key that is created.</summary>
    public const int NewBytes = 32;
}
