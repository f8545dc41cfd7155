using System.Collections.Concurrent;

namespace LiveStream.App.Recovery;

/// <summary>
/// The fencing epoch of each partition group that this instance owns: raised in the store when the group is assigned, forgotten when
/// it is given up. Safe from any thread.
/// </summary>
internal sealed class GroupEpochs(ICheckpointStore? store, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, long> epochs = new();

    /// <summary>Whether nothing speaks against this process still owning what it was given; set once, by the composition root.</summary>
    public Func<bool> IsCertain { get; set; } = static () => true;

    /// <summary>The group is this instance's from now on.</summary>
    /// <returns>Whether it was this instance's just before, too, as far as the store knows.</returns>
    /// <exception cref="IOException">The store did not take it.</exception>
    public async Task<bool> RaiseAsync(int group)
    {
        // Without a store the wall clock stands in: a later owner is ahead as long as clocks agree.
        var held = Held(group);
        var raised = store is null
            ? new RaisedEpoch(Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), held + 1), held)
            : await store.RaiseEpochAsync(group).ConfigureAwait(false);
        epochs[group] = raised.Epoch;
        return held > 0 && raised.Before == held;
    }

    /// <summary>The group is not this instance's any more.</summary>
    public void Forget(int group) => epochs.TryRemove(group, out _);

    /// <summary>The epoch under which this instance was given the group; 0 when it has given it up.</summary>
    public long Held(int group) => epochs.GetValueOrDefault(group);

    /// <summary>The epoch that writes of the group carry; 0 = nothing may be written: the group is not this instance's, or that is in doubt.</summary>
    public long Of(int group) => IsCertain() ? Held(group) : 0;
}
