using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>When images are taken, and that nothing is committed that is not durable.</summary>
public sealed class GroupSaverTests
{
    private readonly Queue<(int Group, GroupImage Image, TaskCompletionSource<bool> Done)> _saving = new();

    [Fact]
    public async Task Only_what_is_durable_is_committed()
    {
        await using var rig = Rig();
        await OpenAsync(rig, 3);
        rig.Read(3, 50);
        await SavingAsync(rig, 1);
        rig.Read(3, 30);
        rig.Save();
        Assert.DoesNotContain(rig.Calls, call => call.StartsWith("commit", StringComparison.Ordinal));

        var first = _saving.Dequeue();
        Assert.Equal(50, first.Image.Partitions[0].NextOffset);
        first.Done.SetResult(true);
        rig.Save();
        Assert.Equal("commit like3:50 room3:0", rig.Calls.Last());

        rig.Time.Pass(1_000);
        await SavingAsync(rig, 1);
        var second = _saving.Dequeue();
        Assert.Equal(80, second.Image.Partitions[0].NextOffset);
        second.Done.SetResult(false);
        rig.Save();
        Assert.Equal(1, rig.Calls.Count(call => call.StartsWith("commit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task At_most_two_images_are_on_their_way_and_one_of_a_group()
    {
        await using var rig = Rig();
        await OpenAsync(rig, 0, 1, 2, 3);
        await SavingAsync(rig, 2);
        rig.Time.Pass(10_000);
        rig.Save();
        rig.Save();
        Assert.Equal(2, _saving.Count);
        Assert.Equal(1, rig.Log.Count("has been on its way for more than 1 s"));
        var groups = new HashSet<int>();
        for (var i = 0; i < 4; i++)
        {
            await SavingAsync(rig, 1);
            var next = _saving.Dequeue();
            groups.Add(next.Group);
            next.Done.SetResult(true);
        }

        Assert.Equal([0, 1, 2, 3], groups.Order());
    }

    [Fact]
    public async Task The_turns_of_groups_are_spread()
    {
        await using var rig = Rig(everyMs: 10_000);
        var due = Enumerable.Range(0, 64).Select(group => rig.Saver.FirstDueMs(group, 0)).ToList();
        Assert.All(due, dueMs => Assert.InRange(dueMs, 5_000, 10_000));
        Assert.True(due.Distinct().Count() > 60);
        Assert.True(due.Order().Zip(due.Order().Skip(1), (a, b) => b - a).Max() < 1_000);
    }

    [Fact]
    public async Task No_image_is_taken_between_two_offsets()
    {
        await using var rig = Rig();
        await OpenAsync(rig, 3);
        rig.Groups.Of(3)!.IsMidRecord = true;
        rig.Time.Pass(5_000);
        rig.Save();
        Assert.Null(rig.Groups.Of(3)!.Saving);
        rig.Groups.Of(3)!.IsMidRecord = false;
        await SavingAsync(rig, 1);
    }

    [Fact]
    public async Task A_store_that_is_too_slow_holds_a_revocation_up_no_longer_than_its_limit()
    {
        await using var rig = Rig();
        await OpenAsync(rig, 3);
        rig.Saver.SaveAll(rig.Groups.All, TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, rig.Log.Count("given up without a checkpoint of their last events"));
        Assert.DoesNotContain(rig.Calls, call => call.StartsWith("commit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_owner_in_doubt_commits_again_what_is_durable_one_commit_at_a_time()
    {
        await using var rig = Rig();
        await OpenAsync(rig, 3);
        var answer = new TaskCompletionSource();
        rig.Committing = answer.Task;
        rig.Calls.Clear();
        rig.Saver.Prove(rig.Groups.All);
        rig.Saver.Prove(rig.Groups.All);
        Assert.Equal(["commit like3:0 room3:0"], rig.Calls);
        answer.SetResult();
        rig.Saver.Prove(rig.Groups.All);
        Assert.Equal(2, rig.Calls.Count);
    }

    [Fact]
    public async Task Without_a_store_nothing_is_taken_and_nothing_committed()
    {
        await using var rig = new GroupRig(hooks => hooks with { Save = null });
        await OpenAsync(rig, 3);
        rig.Time.Pass(60_000);
        rig.Save();
        rig.Saver.SaveAll(rig.Groups.All, TimeSpan.FromSeconds(1));
        rig.Saver.Prove(rig.Groups.All);
        Assert.Null(rig.Groups.Of(3)!.Saving);
        Assert.Equal(["restore 3"], rig.Calls);
    }

    private GroupRig Rig(int everyMs = 1_000) => new(hooks => hooks with
    {
        SaveEveryMs = everyMs,
        Save = (group, image) =>
        {
            var done = new TaskCompletionSource<bool>();
            lock (_saving)
            {
                _saving.Enqueue((group, image, done));
            }

            return done.Task;
        },
    });

    private static async Task OpenAsync(GroupRig rig, params int[] numbers)
    {
        rig.Assign(numbers);
        await rig.ReadingAsync(numbers.Length);
    }

    private async Task SavingAsync(GroupRig rig, int count)
    {
        rig.Time.Pass(1_000);
        await WaitFor.TrueAsync(
            () =>
            {
                rig.Save();
                lock (_saving)
                {
                    return _saving.Count >= count;
                }
            },
            $"{count} images");
    }
}
