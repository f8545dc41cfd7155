using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>What becomes of groups that are assigned, revoked, lost and given back.</summary>
public sealed class AssignedGroupsTests
{
    [Fact]
    public async Task A_group_without_state_begins_at_the_earliest_records()
    {
        await using var rig = new GroupRig();
        rig.SetLog("like", 3, 20, 500);
        rig.Assign(3);
        Assert.Equal(2, rig.Groups.TakeArrived().Count);
        await rig.ReadingAsync(1);
        Assert.Equal(["like3:20", "room3:0"], rig.Placed);
        Assert.Equal((20, 0), (rig.Groups.Of(3)!.Partitions[0].Position, rig.Groups.Of(3)!.Partitions[1].Position));
        Assert.Equal(1, rig.Log.Count("begins anew at the earliest records, since the test; 1480 records behind. Kafka has deleted older ones"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Sessions_of_a_log_that_has_lost_its_beginning_are_not_whole(long first, bool expected)
    {
        await using var rig = new GroupRig();
        rig.SetLog("like", 3, first, 500);
        rig.Assign(3);
        await rig.ReadingAsync(1);
        rig.Read(3, 50);
        rig.Groups.Revoke([3]);
        Assert.Equal(expected, rig.Stored[3].WholeFromMs == long.MinValue);
    }

    [Fact]
    public async Task An_image_that_nothing_was_settled_in_does_not_make_a_cut_log_whole()
    {
        await using var rig = new GroupRig();
        rig.SetLog("like", 3, 1, 500);
        rig.Assign(3);
        await rig.ReadingAsync(1);
        rig.Groups.Revoke([3]);
        Assert.Equal(long.MinValue, rig.Stored[3].SettledMs);
        rig.IsRenewed = false;
        rig.Assign(3);
        await rig.ReadingAsync(1);
        rig.Read(3, 50);
        rig.Groups.Revoke([3]);
        Assert.NotEqual(long.MinValue, rig.Stored[3].WholeFromMs);
    }

    [Fact]
    public async Task A_stored_group_goes_on_where_its_image_ends()
    {
        await using var rig = new GroupRig();
        rig.Stored[3] = Image(120, 4);
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);
        Assert.Equal(["like3:120", "like5:0", "room3:4", "room5:0"], rig.Placed.Order(StringComparer.Ordinal));
        Assert.Equal(1_000_000, rig.Groups.Of(3)!.Intake.SettledMs);
        Assert.Equal(1, rig.Log.Count("Partition group 3 goes on from the test; 1876 records behind."));
    }

    [Theory]
    [InlineData(121, 2_000)]
    [InlineData(0, 119)]
    public async Task An_image_that_does_not_fit_the_log_is_said_and_not_used(long first, long end)
    {
        await using var rig = new GroupRig();
        rig.Stored[3] = Image(120, 4);
        rig.SetLog("like", 3, first, end);
        rig.Assign(3);
        await PassUntilAsync(rig, () => rig.Groups.All.Count == 1);
        Assert.Equal([$"like3:{first}", "room3:0"], rig.Placed);
        Assert.Equal(long.MinValue, rig.Groups.Of(3)!.Intake.SettledMs);
        Assert.Equal(1, rig.Log.Count($"Kafka has like [[{3}]] from offset {first} to {end}, and the test goes on at 120: what lay between is lost to the numbers."));
    }

    [Fact]
    public async Task Nothing_is_read_before_the_client_can_place_it()
    {
        await using var rig = new GroupRig { CanPlace = false };
        rig.Assign(3);
        await WaitFor.TrueAsync(
            () =>
            {
                rig.Service();
                return rig.Log.Count("begins anew") == 1;
            },
            "the opening");
        Assert.Empty(rig.Groups.All);
        rig.CanPlace = true;
        rig.Service();
        Assert.Single(rig.Groups.All);
    }

    [Fact]
    public async Task A_group_waits_for_all_of_its_partitions_and_not_for_ever()
    {
        await using var rig = new GroupRig();
        rig.Groups.Assign([GroupRig.Partitions(3).First()]);
        rig.Service();
        Assert.Null(rig.Groups.Failure);
        Assert.Empty(rig.Calls);
        rig.Groups.Assign([GroupRig.Partitions(3).Last()]);
        await rig.ReadingAsync(1);

        rig.Groups.Assign([GroupRig.Partitions(4).First()]);
        rig.Time.Pass(15_001);
        rig.Service();
        Assert.Contains("partition 4 of 1 of 2 topics", rig.Groups.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_revoked_is_saved_committed_and_given_back_as_it_was()
    {
        await using var rig = new GroupRig();
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);
        rig.Read(3, 50);
        rig.Calls.Clear();
        rig.Placed.Clear();
        rig.Groups.Revoke([3, 5]);
        Assert.Empty(rig.Groups.All);
        Assert.Equal(["commit like3:50 room3:0 like5:0 room5:0", "save 3", "save 5"], rig.Calls.Order(StringComparer.Ordinal));
        Assert.Equal(50, rig.Stored[3].Partitions[0].NextOffset);

        rig.Calls.Clear();
        rig.Assign(3);
        await rig.ReadingAsync(1);
        Assert.Equal(["given up 5", "closed 5", "renew 3"], rig.Calls);
        Assert.Equal(["like3:50", "room3:0"], rig.Placed);
        Assert.Equal(50, rig.Probe.Engine.Counters.Read);
    }

    [Fact]
    public async Task What_another_instance_had_in_between_is_not_what_the_lanes_hold()
    {
        await using var rig = new GroupRig();
        rig.Assign(3);
        await rig.ReadingAsync(1);
        rig.Read(3, 50);
        rig.Groups.Revoke([3]);
        rig.Stored[3] = Image(300, 9);
        rig.IsRenewed = false;
        rig.Placed.Clear();
        rig.Calls.Clear();
        rig.Assign(3);
        await rig.ReadingAsync(1);
        Assert.Equal(["renew 3", "restore 3", "closed 3"], rig.Calls);
        Assert.Equal(["like3:300", "room3:9"], rig.Placed);
    }

    [Fact]
    public async Task In_the_new_protocol_what_is_revoked_is_somebody_elses()
    {
        await using var rig = new GroupRig(protocol: "consumer");
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);
        rig.Calls.Clear();
        rig.Groups.Revoke([3]);
        Assert.Equal(["save 3", "commit like3:0 room3:0", "given up 3", "closed 3"], rig.Calls);
        Assert.Equal([5], rig.Groups.All.Select(group => group.Number));
    }

    [Fact]
    public async Task A_group_that_is_not_given_back_for_a_minute_is_dropped()
    {
        await using var rig = new GroupRig();
        rig.Assign(3);
        await rig.ReadingAsync(1);
        rig.Groups.Revoke([3]);
        rig.Calls.Clear();
        rig.Time.Pass(60_000);
        rig.Service();
        Assert.Empty(rig.Calls);
        rig.Time.Pass(1);
        rig.Service();
        Assert.Equal(["given up 3", "closed 3"], rig.Calls);
    }

    [Fact]
    public async Task What_is_lost_is_given_up_before_anything_else_and_saved_nowhere()
    {
        await using var rig = new GroupRig();
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);
        rig.Read(3, 50);
        rig.Groups.Revoke([5]);
        rig.Calls.Clear();
        rig.Groups.Lose([3]);
        Assert.Equal(["given up 3", "given up 5"], rig.Calls.Take(2));
        Assert.DoesNotContain(rig.Calls, call => call.StartsWith("save", StringComparison.Ordinal) || call.StartsWith("commit", StringComparison.Ordinal));
        Assert.Equal(2, rig.Calls.Count(call => call.StartsWith("closed", StringComparison.Ordinal)));
        Assert.Empty(rig.Groups.All);
        Assert.Equal(1, rig.Log.Count("has given partition groups 3, 5 to others"));
    }

    [Fact]
    public async Task A_group_that_is_taken_away_before_it_is_read_is_not_opened()
    {
        var restoring = new TaskCompletionSource<GroupOrigin>();
        CancellationToken seen = default;
        await using var rig = new GroupRig(hooks => hooks with { Restore = (_, gone) => { seen = gone; return restoring.Task; } });
        rig.Assign(3);
        rig.Groups.Revoke([3]);
        Assert.True(seen.IsCancellationRequested);
        restoring.SetResult(new GroupOrigin(null, "too late"));
        rig.Service();
        Assert.Empty(rig.Groups.All);
        Assert.Equal(["given up 3"], rig.Calls);
        Assert.Empty(rig.Groups.TakeArrived());
    }

    [Fact]
    public async Task What_kafka_has_deleted_meanwhile_is_built_anew_from_what_is_there()
    {
        await using var rig = new GroupRig();
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);
        rig.Read(3, 50);
        rig.Groups.Revoke([3, 5]);
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);

        // The client has given partition 3 up: another one is made.
        rig.SetLog("like", 3, 400, 500);
        rig.Calls.Clear();
        rig.Groups.Drop(3);
        Assert.Equal(["given up 3", "closed 3"], rig.Calls);
        rig.Groups.Revoke([3, 5]);
        rig.Placed.Clear();
        rig.Calls.Clear();
        rig.Assign(3, 5);
        await rig.ReadingAsync(2);
        Assert.Equal(["renew 5", "restore 3"], rig.Calls.Order(StringComparer.Ordinal));
        Assert.Equal(["like3:400", "like5:0", "room3:0", "room5:0"], rig.Placed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_group_between_two_offsets_is_neither_saved_nor_kept()
    {
        await using var rig = new GroupRig();
        rig.Assign(3);
        await rig.ReadingAsync(1);
        rig.Groups.Of(3)!.IsMidRecord = true;
        rig.Calls.Clear();
        rig.Groups.Revoke([3]);
        Assert.Equal(["given up 3", "closed 3"], rig.Calls);
    }

    [Fact]
    public async Task A_store_that_cannot_be_asked_ends_the_source()
    {
        await using var rig = new GroupRig(hooks => hooks with { Restore = (_, _) => Task.FromException<GroupOrigin>(new InvalidOperationException("broken")) });
        rig.Assign(3);
        await rig.ReadingAsync(1);
        Assert.Equal("broken", rig.Groups.Failure!.Message);
    }

    private static async Task PassUntilAsync(GroupRig rig, Func<bool> condition) => await WaitFor.TrueAsync(
        () =>
        {
            rig.Service();
            return condition();
        },
        "the group");

    private static GroupImage Image(long like, long room) => new()
    {
        SettledMs = 1_000_000,
        LargestMs = 1_003_000,
        WholeFromMs = long.MinValue,
        Partitions = [new PartitionPosition(like, 1_003_000), new PartitionPosition(room, 1_002_000)],
        Sections = [],
    };
}
