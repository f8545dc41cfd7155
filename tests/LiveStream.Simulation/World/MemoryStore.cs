using LiveStream.App.Recovery;

namespace LiveStream.Simulation.World;

/// <summary>The durable facts of a world: what a folder or Redis keeps for the instances of a group, in memory.</summary>
internal sealed class MemoryStore : ICheckpointStore
{
    private readonly Dictionary<int, long> _epochs = [];

    public string Description => "the memory of a simulated world";

    public Task<IdentityKey> IdentityKeyAsync() => Task.FromResult(new IdentityKey(new byte[IdentityKey.NewBytes], Created: false));

    public Task<long> RaiseEpochAsync(int group) => Task.FromResult(_epochs[group] = _epochs.GetValueOrDefault(group) + 1);

    /// <summary>The epoch of a group's last owner; 0 before the first.</summary>
    public long EpochOf(int group) => _epochs.GetValueOrDefault(group);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
