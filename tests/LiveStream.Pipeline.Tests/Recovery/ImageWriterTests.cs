using System.Buffers;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Pipeline.Tests.Recovery;

/// <summary>What an image holds that is written while its lane goes on.</summary>
public sealed class ImageWriterTests
{
    private const long Start = 1_700_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    public async Task An_image_is_as_of_its_barrier_though_events_come_and_rooms_settle_while_it_is_written(int stepsAtATime)
    {
        var still = Lane();
        var moving = Lane();
        var expected = Saving(still);
        still.Group.SaveSome(int.MaxValue);
        var saved = Saving(moving);
        for (var i = 0; moving.Group.IsSaving; i++)
        {
            moving.Take(Enumerable.Range(0, 3).Select(room => Like(20_000 + (i * 10)) with { Room = $"r{room}", User = $"later {i}" }));
            moving.Take(Like(30_000) with { Room = $"new {i}" });
            if (i == 2)
            {
                moving.Settle(Start + 12_000);
            }

            moving.Group.SaveSome(stepsAtATime);
        }

        Assert.Equal(Rooms(await expected.Task), Rooms(await saved.Task));
    }

    /// <summary>So many viewers, all of whom have clicked, that their tables are written step by step; the room settles after so many of them.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task A_large_room_is_written_step_by_step_and_to_its_end_before_it_settles(int steps)
    {
        var (still, moving) = (Large(), Large());
        var expected = Saving(still);
        still.Group.SaveSome(int.MaxValue);
        var saved = Saving(moving);
        var taken = 0;
        for (; moving.Group.IsSaving && taken < steps; taken++)
        {
            moving.Take(Like(20_000 + taken) with { Room = "large", User = $"later {taken}" });
            moving.Group.SaveSome(1);
        }

        Assert.True(moving.Group.IsSaving || taken > 50);
        moving.Settle(Start + 30_000);
        moving.Take(Clicks(31_000)).Settle(Start + 40_000);
        moving.Group.SaveSome(int.MaxValue);
        Assert.Equal(Rooms(await expected.Task), Rooms(await saved.Task));
        var restored = Restored(await saved.Task);
        restored.Settle(Start + 30_000);
        still.Settle(Start + 30_000);
        Assert.Equal(At30(still), At30(restored));

        static IEnumerable<Taken> At30(SingleLane lane) => lane.Sink.Snapshots.Where(s => s.AsOfMs == Start + 30_000).OrderBy(s => s.Room);
    }

    [Fact]
    public async Task A_second_barrier_holds_what_came_since_the_first()
    {
        var lane = Lane();
        var first = Saving(lane);
        lane.Take(Like(20_000) with { Room = "r0", User = "later" });
        var second = Saving(lane);
        lane.Group.SaveSome(int.MaxValue);
        Assert.True(first.Task.IsCompletedSuccessfully);
        var restored = Restored(await first.Task);
        var later = Restored(await second.Task);
        Assert.Equal(restored.State.Counters.Buffered + 1, later.State.Counters.Buffered);
    }

    [Fact]
    public void One_that_is_not_written_when_its_group_is_dropped_is_cancelled()
    {
        var lane = Lane();
        var saved = Saving(lane);
        lane.Group.SaveSome(1);
        Assert.False(saved.Task.IsCompleted);
        lane.Group.Drop();
        Assert.True(saved.Task.IsCanceled);
        Assert.False(lane.Group.IsSaving);
    }

    [Fact]
    public async Task What_is_restored_is_written_as_it_was_and_goes_on_as_it_would_have()
    {
        var lane = Lane();
        var saved = Saving(lane);
        lane.Group.SaveSome(int.MaxValue);
        var image = await saved.Task;
        var copy = Restored(image);
        Assert.Equal(lane.State.Counters.Buffered, copy.State.Counters.Buffered);
        Assert.Equal((lane.Caps.Rooms, lane.Caps.Viewers), (copy.Caps.Rooms, copy.Caps.Viewers));
        copy.Sink.Snapshots.Clear();
        var before = lane.Sink.Snapshots.Count;
        foreach (var each in (SingleLane[])[lane, copy])
        {
            each.Take(RandomLog.Create(8, 300, Start + 10_000)).Settle(Start + 3_600_000);
        }

        Assert.True(copy.Sink.Snapshots.Count > 0);
        Assert.Equal(lane.Sink.Snapshots.Skip(before).OrderBy(s => (s.Room, s.Session, s.StartMs, s.AsOfMs)), copy.Sink.Snapshots.OrderBy(s => (s.Room, s.Session, s.StartMs, s.AsOfMs)));
    }

    private static SingleLane Large() => new SingleLane().Take(Clicks(1_000)).Settle(Start + 15_000).Take(Like(16_000) with { Room = "large" }, Like(16_000) with { Room = "other" });

    private static IEnumerable<TestEvent> Clicks(int offsetMs) => Enumerable.Range(0, 20_000)
        .Select(i => new TestEvent(EventType.Click, Start + offsetMs + (i / 4)) { Room = "large", User = $"u{i}", Product = $"p{i % 9}" });

    private static TestEvent Like(long offsetMs) => new(EventType.Like, Start + offsetMs);

    private static SingleLane Lane()
    {
        var lane = new SingleLane();
        lane.Take(RandomLog.Create(7, 200, Start - 3_600_000).Where(e => e.TimeMs < Start)).Settle(Start);
        return lane.Take(Enumerable.Range(0, 60).Select(i => Like(10_000 + i) with { Room = $"r{i % 3}", User = $"u{i % 7}" }));
    }

    private static TaskCompletionSource<ReadOnlySequence<byte>> Saving(SingleLane lane)
    {
        var saved = new TaskCompletionSource<ReadOnlySequence<byte>>();
        lane.Group.Save(saved);
        return saved;
    }

    private static SingleLane Restored(ReadOnlySequence<byte> section)
    {
        var lane = new SingleLane();
        lane.Group.Restore(new GroupImage { SettledMs = Start, LargestMs = Start, WholeFromMs = long.MinValue, Partitions = [], Sections = [section] });
        return lane;
    }

    // Rooms may be written in another order: each is written before it is settled.
    private static string[] Rooms(ReadOnlySequence<byte> section)
    {
        var rooms = new List<string>();
        var names = new LiveStream.Metrics.Names.NameTable();
        var at = 0L;
        for (var reader = new LiveStream.Metrics.State.StateReader(section, names); !reader.End;)
        {
            reader.BeginRoom(out var name, out var kind, out var length);
            var begin = at + name.Length + 2 + sizeof(long);
            rooms.Add($"{System.Text.Encoding.UTF8.GetString(name)} {kind} {Convert.ToHexString(section.Slice(begin, length).ToArray())}");
            reader.Skip(length);
            at = begin + length;
        }

        return [.. rooms.Order(StringComparer.Ordinal)];
    }
}
