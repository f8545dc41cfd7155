using System.Collections.Concurrent;

namespace LiveStream.App.Recovery;

/// <summary>
/// The fencing epoch of each partition group that this instance owns: raised in the store when the group is assigned, forgotten when
/// it is taken away. The consumer's thread raises, any thread asks.
/// </summary>
internal sealed class GroupEpochs(ICheckpointStore? store, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, long> epochs = new();

    /// <summary>The group is this instance's from now on.</summary>
    /// <exception cref="IOException">The store did not take it.</exception>
    public void Raise(int group)
    {
        // Without a store the wall clock stands in: a later owner is ahead as long as clocks agree.
        epochs[group] = store is null
            ? time.GetUtcNow().ToUnixTimeMilliseconds()
            : store.RaiseEpochAsync(group).GetAwaiter().GetResult();
    }

    /// <summary>The group was taken away.</summary>
    public void Forget(int group) => epochs.TryRemove(group, out _);

    /// <summary>The epoch that writes of the group carry; 0, which every stored epoch refuses, when it is not this instance's.</summary>
    public long Of(int group) => epochs.GetValueOrDefault(group);
}
