using System.Buffers;
using System.Collections.Concurrent;
using LiveStream.App.Telemetry;
using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline.Recovery;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Recovery;

/// <summary>
/// Keeps the state of this instance's partition groups in the checkpoint store and finds it again: the policy between the reading stage, which
/// knows images and offsets, and the store, which knows bytes. A checkpoint that is damaged, of another version or of another
/// configuration is never used and always said. Safe from any thread; a few groups are restored at once.
/// </summary>
internal sealed class GroupRecovery(
    ICheckpointStore? store, GroupEpochs epochs, IReadOnlyList<string> topics, string configuration, RecoveryMeter meter, TimeProvider time, ILogger log) : IDisposable
{
    private const int RestoredAtOnce = 4;
    private const int Readings = 10;

    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim restoring = new(RestoredAtOnce);
    private readonly ConcurrentDictionary<string, long> saidAt = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, bool> overtaken = new();
    private long sequence;

    /// <summary>What the reading stage calls.</summary>
    /// <param name="saveEverySeconds">Distance of two checkpoints of a group.</param>
    /// <param name="closed">No lane holds the group any more.</param>
    public GroupHooks Hooks(int saveEverySeconds, Action<int> closed) => new()
    {
        Restore = RestoreAsync,
        Renew = RenewAsync,
        Save = store is null ? null : SaveAsync,
        IsOvertaken = overtaken.ContainsKey,
        SaveEveryMs = saveEverySeconds * 1000,
        GivenUp = GiveUp,
        Closed = closed,
    };

    /// <summary>Becomes the group's owner and finds its newest usable checkpoint.</summary>
    public async Task<GroupOrigin> RestoreAsync(int group, CancellationToken gone)
    {
        await restoring.WaitAsync(gone).ConfigureAwait(false);
        try
        {
            await RaiseAsync(group, gone).ConfigureAwait(false);
            var origin = store is null ? new GroupOrigin(null, "no checkpoints are kept") : await NewestAsync(store, group, gone).ConfigureAwait(false);
            meter.CountRestore(origin.Image is not null);
            return origin;
        }
        finally
        {
            restoring.Release();
        }
    }

    /// <summary>Becomes the owner of a group that it owned just before; true when nobody else was its owner in between.</summary>
    public async Task<bool> RenewAsync(int group, CancellationToken gone)
    {
        try
        {
            return await OwnAsync(group).ConfigureAwait(false);
        }
        catch (IOException e) when (epochs.Held(group) > 0 && !overtaken.ContainsKey(group))
        {
            // The fences of the old epoch hold against anybody who could raise it meanwhile.
            Say("renew", $"The epoch of partition group {group} could not be raised in {store!.Description} ({Reason(e)}); it goes on with the old one.");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Makes an image durable.</summary>
    /// <returns>Whether it is; what was in the way has been said and counted.</returns>
    public async Task<bool> SaveAsync(int group, GroupImage image)
    {
        var epoch = epochs.Held(group);
        if (epoch == 0)
        {
            return false;
        }

        var startedAt = time.GetTimestamp();
        var name = new CheckpointName(group, epoch, Interlocked.Increment(ref sequence));
        try
        {
            var content = CheckpointFormat.Write(new Checkpoint(name, configuration, time.GetUtcNow(), topics, image));
            if (!await store!.WriteAsync(name, content).ConfigureAwait(false))
            {
                meter.CountRefused();
                overtaken[group] = true;
                Say("refused", $"The checkpoint of partition group {group} was refused by {store.Description}: a newer owner has taken it over.");
                return false;
            }

            var took = time.GetElapsedTime(startedAt);
            meter.CountWritten(group, content.Length, took, time.GetUtcNow());
            log.LogDebug("Checkpoint {Name} written: {Bytes:N0} bytes in {Took:F0} ms, settled up to {SettledMs}.", name, content.Length, took.TotalMilliseconds, image.SettledMs);
            return true;
        }
        catch (IOException e)
        {
            meter.CountFailed();
            Say("write", $"The checkpoint of partition group {group} could not be written to {store!.Description} ({Reason(e)}). The numbers go on; after a crash now, {LastText(group)}.");
            return false;
        }
    }

    public void Dispose() => restoring.Dispose();

    private void GiveUp(int group)
    {
        epochs.Forget(group);
        meter.Forget(group);
    }

    private async Task<bool> OwnAsync(int group)
    {
        var wasOurs = await epochs.RaiseAsync(group).ConfigureAwait(false);
        overtaken.TryRemove(group, out _);
        return wasOurs;
    }

    private async Task RaiseAsync(int group, CancellationToken gone)
    {
        while (true)
        {
            try
            {
                await OwnAsync(group).ConfigureAwait(false);
                return;
            }
            catch (IOException e)
            {
                Say("epoch", $"Partition group {group} cannot be taken over, since {store!.Description} does not take its epoch ({Reason(e)}); trying on, its rooms wait.");
            }

            await Task.Delay(RetryEvery, time, gone).ConfigureAwait(false);
        }
    }

    private async Task<GroupOrigin> NewestAsync(ICheckpointStore from, int group, CancellationToken gone)
    {
        var names = await TriedAsync(() => from.ListAsync(group), $"The checkpoints of partition group {group} cannot be listed in {from.Description}", gone).ConfigureAwait(false);
        if (names is null or [])
        {
            return new GroupOrigin(null, names is null ? $"{from.Description} does not answer" : "there is no checkpoint");
        }

        foreach (var name in names)
        {
            var startedAt = time.GetTimestamp();
            var content = await TriedAsync<ReadOnlySequence<byte>?>(async () => await from.ReadAsync(name).ConfigureAwait(false), $"Checkpoint {name} cannot be read from {from.Description}", gone).ConfigureAwait(false);
            if (content is not { } bytes)
            {
                continue;
            }

            try
            {
                var checkpoint = CheckpointFormat.Read(name, bytes);
                if (checkpoint.Configuration != configuration)
                {
                    throw new NotSupportedException("it was made with other Engine values or another identity key");
                }

                var image = Ordered(checkpoint);
                var took = time.GetElapsedTime(startedAt);
                var age = time.GetUtcNow() - checkpoint.TakenAt;
                meter.CountRead(bytes.Length, took);
                return new GroupOrigin(image, $"the checkpoint of {age.TotalSeconds:F0} s ago (epoch {name.Epoch}, {bytes.Length / 1e6:F1} MB, read in {took.TotalMilliseconds:F0} ms)");
            }
            catch (NotSupportedException e)
            {
                log.LogWarning("Checkpoint {Name} is not used: {Reason}.", name, e.Message);
            }
            catch (InvalidDataException e)
            {
                meter.CountDamaged();
                log.LogWarning("Checkpoint {Name} is damaged: {Reason}. The one before it is used.", name, e.Message);
                await TriedAsync<object?>(async () => { await from.SetAsideAsync(name).ConfigureAwait(false); return null; }, $"Checkpoint {name} cannot be set aside", gone, times: 1).ConfigureAwait(false);
            }
        }

        return new GroupOrigin(null, "no checkpoint can be used");
    }

    /// <summary>The image with its partitions in the order of the configured topics.</summary>
    private GroupImage Ordered(Checkpoint checkpoint)
    {
        if (!checkpoint.Topics.ToHashSet(StringComparer.Ordinal).SetEquals(topics) || checkpoint.Topics.Count != topics.Count)
        {
            throw new NotSupportedException($"it was made with other topics ({string.Join(", ", checkpoint.Topics)})");
        }

        var at = checkpoint.Topics.Zip(checkpoint.Image.Partitions).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return checkpoint.Image with { Partitions = [.. topics.Select(topic => at[topic])] };
    }

    /// <summary>Asks the store a few times; null when it did not answer.</summary>
    private async Task<T?> TriedAsync<T>(Func<Task<T>> ask, string trouble, CancellationToken gone, int times = Readings)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (IOException e)
            {
                Say(trouble, $"{trouble} ({Reason(e)}).");
                if (tries >= times || e is FileNotFoundException)
                {
                    return default;
                }
            }

            await Task.Delay(RetryEvery, time, gone).ConfigureAwait(false);
        }
    }

    private string LastText(int group) => meter.WrittenAt(group) is { } at
        ? $"what came since the one of {(time.GetUtcNow() - at).TotalSeconds:F0} s ago is read again"
        : "its rooms are rebuilt from the last one, or from the log";

    private void Say(string subject, string sentence)
    {
        var now = time.GetTimestamp();
        if (!saidAt.TryGetValue(subject, out var before) || time.GetElapsedTime(before, now) >= SayEvery)
        {
            saidAt[subject] = now;
            log.LogError("{Sentence}", sentence);
        }
    }

    private static string Reason(IOException e) => e.Message.TrimEnd('.');
}
