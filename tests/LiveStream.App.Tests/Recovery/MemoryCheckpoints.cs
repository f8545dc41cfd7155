using System.Buffers;
using LiveStream.App.Recovery;

namespace LiveStream.App.Tests.Recovery;

/// <summary>A store that fails, and is tampered with, as a test wants.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    private readonly Dictionary<int, long> epochs = [];

    /// <summary>What is in it.</summary>
    public SortedDictionary<CheckpointName, byte[]> Kept { get; } = [];

    /// <summary>What was set aside.</summary>
    public List<CheckpointName> Aside { get; } = [];

    /// <summary>Calls that fail from now on.</summary>
    public int Failing { get; set; }

    public string Description => "the memory";

    public Task<IdentityKey> IdentityKeyAsync() => Task.FromResult(new IdentityKey(new byte[IdentityKey.NewBytes], Created: false));

    public async Task<RaisedEpoch> RaiseEpochAsync(int group)
    {
        await AnswerAsync();
        var before = epochs.GetValueOrDefault(group);
        epochs[group] = before + 1;
        return new RaisedEpoch(before + 1, before);
    }

    public async Task<IReadOnlyList<CheckpointName>> ListAsync(int group)
    {
        await AnswerAsync();
        return [.. Kept.Keys.Where(name => name.Group == group).OrderDescending()];
    }

    public async Task<ReadOnlySequence<byte>> ReadAsync(CheckpointName name)
    {
        await AnswerAsync();
        return Segments.Of(Kept[name]);
    }

    public async Task<bool> WriteAsync(CheckpointName name, ReadOnlySequence<byte> content)
    {
        await AnswerAsync();
        if (epochs.GetValueOrDefault(name.Group) > name.Epoch)
        {
            return false;
        }

        Kept[name] = content.ToArray();
        return true;
    }

    public async Task SetAsideAsync(CheckpointName name)
    {
        await AnswerAsync();
        Kept.Remove(name);
        Aside.Add(name);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task AnswerAsync()
    {
        await Task.Yield();
        if (Failing > 0)
        {
            Failing--;
            throw new IOException("it is away");
        }
    }
}
