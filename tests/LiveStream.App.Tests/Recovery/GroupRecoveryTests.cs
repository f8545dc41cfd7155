using System.Buffers;
using LiveStream.App.Recovery;
using LiveStream.App.Telemetry;
using LiveStream.Pipeline.Recovery;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Tests.Recovery;

/// <summary>Which checkpoint is used, and what is said of those that are not.</summary>
public sealed class GroupRecoveryTests : IDisposable
{
    private const string Configuration = "abc";

    private readonly MemoryCheckpoints store = new();
    private readonly RecoveryMeter meter = new(TimeProvider.System);
    private readonly SaidLines log = new();
    private readonly GroupEpochs epochs;
    private readonly GroupRecovery recovery;

    public GroupRecoveryTests()
    {
        epochs = new GroupEpochs(store, TimeProvider.System);
        recovery = Of(Configuration, Checkpoints.Topics);
    }

    public void Dispose()
    {
        recovery.Dispose();
        meter.Dispose();
    }

    [Fact]
    public async Task What_was_saved_is_restored_by_the_next_owner()
    {
        Assert.Null((await RestoreAsync()).Image);
        var image = Checkpoints.Make().Image;
        Assert.True(await recovery.SaveAsync(3, Checkpoints.Make(seed: 2).Image));
        Assert.True(await recovery.SaveAsync(3, image));
        Assert.True(await recovery.SaveAsync(4, image) is false, "a group that it does not own");
        var origin = await RestoreAsync();
        Assert.Equal(Checkpoints.Text(image), Checkpoints.Text(origin.Image!));
        Assert.Equal(2, epochs.Held(3));
        Assert.Equal((2, 1, 1), (meter.Written, meter.Restored, meter.Rebuilt));
    }

    [Fact]
    public async Task A_damaged_one_is_said_set_aside_and_the_one_before_it_used()
    {
        Put(Checkpoints.Make(sequence: 1, seed: 1));
        Put(Checkpoints.Make(sequence: 2, seed: 2));
        store.Kept[new CheckpointName(3, 7, 2)][200] ^= 1;
        var origin = await RestoreAsync();
        Assert.Equal(Checkpoints.Text(Checkpoints.Make(seed: 1).Image), Checkpoints.Text(origin.Image!));
        Assert.Equal([new CheckpointName(3, 7, 2)], store.Aside);
        Assert.Equal(1, log.Count("Checkpoint 3-7-2 is damaged"));
    }

    [Fact]
    public async Task When_all_are_damaged_it_begins_anew()
    {
        Put(Checkpoints.Make(sequence: 1));
        Put(Checkpoints.Make(sequence: 2));
        foreach (var bytes in store.Kept.Values)
        {
            bytes.AsSpan(50).Clear();
        }

        Assert.Equal((null, "no checkpoint can be used"), (await RestoreAsync()) is var origin ? (origin.Image, origin.Text) : default);
        Assert.Equal(2, log.Count("is damaged"));
    }

    [Fact]
    public async Task One_of_another_configuration_is_said_and_not_used()
    {
        Put(Checkpoints.Make(configuration: "other"));
        Assert.Null((await RestoreAsync()).Image);
        Assert.Equal(1, log.Count("Checkpoint 3-7-1 is not used: it was made with other Engine values or another identity key."));
        Assert.Single(store.Kept);
    }

    [Fact]
    public async Task One_of_another_version_is_said_and_not_used()
    {
        Put(Checkpoints.Make());
        store.Kept.Values.First()[8] = 9;
        Assert.Null((await RestoreAsync()).Image);
        Assert.Equal(1, log.Count("is not used: it has format 9"));
        Assert.Single(store.Kept);
    }

    [Fact]
    public async Task Topics_may_be_named_in_another_order_but_not_others()
    {
        Put(Checkpoints.Make());
        using var turned = Of(Configuration, [.. Checkpoints.Topics.Reverse()]);
        var image = (await turned.RestoreAsync(3, Token)).Image!;
        Assert.Equal(Checkpoints.Make().Image.Partitions.Reverse(), image.Partitions);
        using var others = Of(Configuration, ["live.like", "live.cart"]);
        Assert.Null((await others.RestoreAsync(3, Token)).Image);
        Assert.Equal(1, log.Count("it was made with other topics (live.like, live.room)"));
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_while_is_waited_for()
    {
        Put(Checkpoints.Make());
        store.Failing = 3;
        Assert.NotNull((await RestoreAsync()).Image);
        Assert.Equal(1, log.Count("cannot be taken over, since the memory does not take its epoch (it is away)"));
    }

    [Fact]
    public async Task One_that_cannot_be_written_is_counted_and_said_once()
    {
        await RestoreAsync();
        Assert.True(await recovery.SaveAsync(3, Checkpoints.Make().Image));
        store.Failing = 5;
        for (var i = 0; i < 5; i++)
        {
            Assert.False(await recovery.SaveAsync(3, Checkpoints.Make().Image));
        }

        Assert.True(await recovery.SaveAsync(3, Checkpoints.Make().Image));
        Assert.Equal((2, 5), (meter.Written, meter.Failed));
        Assert.Equal(1, log.Count("could not be written to the memory (it is away)"));
    }

    [Fact]
    public async Task An_overtaken_owner_saves_nothing()
    {
        await RestoreAsync();
        await store.RaiseEpochAsync(3);
        Assert.False(await recovery.SaveAsync(3, Checkpoints.Make().Image));
        Assert.Empty(store.Kept);
        Assert.Equal(1, log.Count("was refused by the memory: a newer owner has taken it over"));
    }

    // As when an assignment that was called off raises the epoch after the next one did.
    [Fact]
    public async Task An_overtaken_owner_says_so_until_it_is_the_owner_anew()
    {
        var hooks = recovery.Hooks(10, _ => { });
        await RestoreAsync();
        Assert.False(hooks.IsOvertaken!(3));
        await store.RaiseEpochAsync(3);
        Assert.False(hooks.IsOvertaken(3));
        Assert.False(await recovery.SaveAsync(3, Checkpoints.Make().Image));
        Assert.True(hooks.IsOvertaken(3));
        Assert.False(hooks.IsOvertaken(4));
        store.Failing = 1;
        Assert.False(await recovery.RenewAsync(3, Token), "while the store is away, an owner that it has refused does not go on");
        Assert.False(await recovery.RenewAsync(3, Token));
        Assert.False(hooks.IsOvertaken(3));
        Assert.True(await recovery.SaveAsync(3, Checkpoints.Make().Image));
    }

    [Fact]
    public async Task It_is_still_its_own_only_when_nobody_owned_it_in_between()
    {
        await RestoreAsync();
        Assert.True(await recovery.RenewAsync(3, Token));
        Assert.Equal(2, epochs.Held(3));
        await store.RaiseEpochAsync(3);
        Assert.False(await recovery.RenewAsync(3, Token));
        store.Failing = 1;
        Assert.True(await recovery.RenewAsync(3, Token));
        Assert.Equal(4, epochs.Held(3));
        epochs.Forget(3);
        Assert.False(await recovery.RenewAsync(3, Token));
    }

    [Fact]
    public async Task A_group_that_is_gone_is_not_waited_for()
    {
        using var gone = new CancellationTokenSource();
        store.Failing = int.MaxValue;
        var restoring = recovery.RestoreAsync(3, gone.Token);
        await log.SaidAsync("cannot be taken over");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restoring);
    }

    [Fact]
    public async Task Without_a_store_the_clock_gives_epochs_and_nothing_is_kept()
    {
        var clocked = new GroupEpochs(null, TimeProvider.System);
        using var none = new GroupRecovery(null, clocked, Checkpoints.Topics, Configuration, meter, TimeProvider.System, log);
        Assert.Null((await none.RestoreAsync(3, Token)).Image);
        var first = clocked.Held(3);
        Assert.True(await none.RenewAsync(3, Token));
        Assert.True(clocked.Held(3) > first);
        Assert.Null(none.Hooks(10, _ => { }).Save);
    }

    [Fact]
    public async Task An_owner_in_doubt_has_no_epoch_to_publish_with_and_saves_all_the_same()
    {
        await RestoreAsync();
        epochs.IsCertain = static () => false;
        Assert.Equal((0, 1), (epochs.Of(3), epochs.Held(3)));
        Assert.True(await recovery.SaveAsync(3, Checkpoints.Make().Image));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<LiveStream.Ingest.Kafka.GroupOrigin> RestoreAsync() => recovery.RestoreAsync(3, Token);

    private GroupRecovery Of(string configuration, IReadOnlyList<string> topics) =>
        new(store, epochs, topics, configuration, meter, TimeProvider.System, log);

    private void Put(Checkpoint checkpoint) => store.Kept[checkpoint.Name] = CheckpointFormat.Write(checkpoint).ToArray();
}
