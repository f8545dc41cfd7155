using System.Collections.Concurrent;

namespace LiveStream.App.Recovery;

/// <summary>
/// The fencing epoch of each partition group whose rooms this instance writes: raised in the store with the group's first write after
/// a start, then fixed. Any thread may ask.
/// </summary>
internal sealed class GroupEpochs(ICheckpointStore? store, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, Lazy<long>> epochs = new();

    /// <summary>The epoch that writes of the group carry.</summary>
    /// <exception cref="IOException">The store did not take it.</exception>
    public long Of(int group) => epochs.GetOrAdd(group, static (number, self) => new Lazy<long>(() => self.Raise(number)), this).Value;

    private long Raise(int group)
    {
        // Without a store the wall clock stands in: a later owner is ahead as long as clocks agree.
        return store is null ? time.GetUtcNow().ToUnixTimeMilliseconds() : store.RaiseEpochAsync(group).GetAwaiter().GetResult();
    }
}
