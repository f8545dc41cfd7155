using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Tests.Wide;

/// <summary>A wide room from its widening to its end: what one lane gives, whatever happens to its group meanwhile.</summary>
public sealed class WideLaneTests
{
    private const int Lanes = 3;
    private const long Start = 1_700_000_000_000;

    private static readonly string Room = LaneRig.RoomOf(1, Lanes);

    [Fact]
    public async Task A_wide_rooms_viewers_are_counted_by_all_lanes_and_add_up_to_what_one_lane_counts()
    {
        await using var alone = new LaneRig(1);
        await using var rig = new LaneRig(Lanes);
        foreach (var each in (LaneRig[])[alone, rig])
        {
            each.BeginAll();
            var intake = each.Open();
            Add(intake, 0, 40);
            End(intake);
            await each.Complete();
            Assert.True(each.IsBalanced);
        }

        Assert.All(rig.States, state => Assert.True(state.Counters.Applied > 0));
        Assert.Equal(alone.Counters, rig.Counters);
        Assert.Equal(alone.Snapshots, rig.Snapshots);
        Assert.Equal((0, 0), (rig.Caps.Rooms, rig.Caps.Viewers));
    }

    /// <summary>One step settles the last seconds of a session and finds, at the room's own next event, that it is over.</summary>
    [Fact]
    public async Task A_wide_rooms_last_seconds_are_shown_though_its_next_event_comes_after_its_session()
    {
        var options = new EngineOptions { SessionIdleMinutes = 1 };
        await using var alone = new LaneRig(1, options, SnapshotCadence.EveryHop);
        await using var rig = new LaneRig(Lanes, options, SnapshotCadence.EveryHop);
        foreach (var each in (LaneRig[])[alone, rig])
        {
            each.BeginAll();
            var intake = each.Open();
            Add(intake, 0, 40);
            intake.Flush(TestContext.Current.CancellationToken);
            await each.AllHandled();
            foreach (var (second, room) in ((int, string)[])[(40, Room), (41, Room), (4000, Room), (4030, "other")])
            {
                new TestEvent(EventType.Like, Start + (second * 1000L)) { Room = room, User = $"u{second}" }.AddTo(intake);
            }

            intake.Flush(TestContext.Current.CancellationToken);
            await each.AllHandled();
            await each.Complete();
        }

        Assert.All(rig.States, state => Assert.True(state.Counters.Applied > 0));
        var shown = rig.Snapshots.Where(s => s.Room == Room && s.Shown).ToArray();
        var last = alone.Snapshots.Last(s => s.Room == Room && s.AsOfMs < Start + 4_000_000);
        Assert.Equal(Start + 42_000, last.AsOfMs);
        Assert.Equal(last.Json, shown.Last(s => s.AsOfMs < Start + 4_000_000).Json);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_room_that_was_quiet_is_whole_again_and_becomes_wide_again(bool leaderFirst)
    {
        var options = new EngineOptions { SessionIdleMinutes = 1 };
        await using var alone = new LaneRig(1, options);
        await using var rig = new LaneRig(Lanes, options);
        foreach (var each in (LaneRig[])[alone, rig])
        {
            var intake = each.Open();
            for (var show = 0; show < 3; show++)
            {
                Add(intake, show * 4000, (show * 4000) + 10);

                // Another room's events let time pass.
                new TestEvent(EventType.Like, Start + (((show * 4000) + 3900) * 1000L)) { Room = "other" }.AddTo(intake);
                intake.Flush(TestContext.Current.CancellationToken);
            }

            End(intake);
            if (each == rig && leaderFirst)
            {
                rig.Begin(1);
                await rig.Handled(1);
                rig.Begin(0);
                rig.Begin(2);
            }
            else
            {
                each.BeginAll();
            }

            await each.Complete();
            Assert.True(each.IsBalanced);
        }

        Assert.All(rig.States, state => Assert.True(state.Counters.Applied > 0));
        Assert.Equal(3, rig.Sinks[1].Over.Count(o => o.Room == Room));
        Assert.Equal(alone.Sinks[0].Over.Order(), rig.Sinks.SelectMany(s => s.Over).Order());
        Assert.Equal(alone.Snapshots, rig.Snapshots);
        Assert.Equal((0, 0), (rig.Caps.Rooms, rig.Caps.Viewers));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Lanes_that_drop_the_group_leave_nobody_waiting_and_every_event_accounted_for(int first)
    {
        await using var rig = new LaneRig(Lanes);
        var intake = rig.Open();
        Add(intake, 0, 20);
        var image = intake.TakeImageAsync();
        Add(intake, 20, 25);
        intake.Flush(TestContext.Current.CancellationToken);

        // The first lane has dropped the group before the others send it anything.
        for (var i = 0; i < Lanes; i++)
        {
            var lane = (first + i) % Lanes;
            var closed = rig.Close(lane);
            rig.Begin(lane);
            await closed;
        }

        await rig.Forget();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LaneRig.Limited(image));
        await rig.Complete();
        Assert.Equal(0, rig.Counters.Buffered);
        Assert.True(rig.IsBalanced, $"{rig.Counters}");
        Assert.Equal((0, 0), (rig.Caps.Rooms, rig.Caps.Viewers));
    }

    [Fact]
    public async Task A_group_that_comes_back_gets_no_letter_of_before()
    {
        var sinks = Enumerable.Range(0, Lanes).Select(_ => new RecordingSink()).ToArray();
        await using var engine = new StreamEngine(new EngineOptions(), Pipeline(Lanes), lane => sinks[lane]);
        for (var turn = 0; turn < 20; turn++)
        {
            Add(engine.OpenGroup(0, 1), 0, 12);
            await LaneRig.Limited(engine.CloseGroupAsync(0));
            Assert.Equal(0, engine.Counters.Pending);
            sinks[1].Snapshots.Clear();
        }

        await using var alone = new LaneRig(1);
        alone.BeginAll();
        foreach (var intake in (GroupIntake[])[alone.Open(), engine.OpenGroup(0, 1)])
        {
            Add(intake, 0, 12);
            End(intake);
        }

        await alone.Complete();
        await LaneRig.Limited(engine.CompleteAsync());
        Assert.Equal(alone.Snapshots, sinks[1].Snapshots);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task An_image_of_a_wide_room_is_taken_over_by_any_number_of_lanes(int lanes)
    {
        await using var alone = new LaneRig(1);
        alone.BeginAll();
        var whole = alone.Open();
        Add(whole, 0, 40);
        End(whole);
        await alone.Complete();

        await using var rig = new LaneRig(Lanes);
        rig.BeginAll();
        var intake = rig.Open();
        Add(intake, 0, 20);
        var image = await LaneRig.ImageOf(intake);
        Assert.Single(WideImage.RoomsOf(image));
        Assert.All(image.Sections, section => Assert.True(section.Length > 0));

        await using var restored = new LaneRig(lanes, wide: new WideRoomOptions { MaxRooms = 0 });
        restored.BeginAll();
        var again = restored.Open(image);
        again.Flush(TestContext.Current.CancellationToken);
        await LaneRig.Limited(again.Restored);
        var inHand = await LaneRig.ImageOf(again);
        Assert.Equal(lanes == 1 ? 0 : 1, WideImage.RoomsOf(inHand).Count);
        Add(again, 20, 40);
        End(again);
        await restored.Complete();
        Assert.Equal(alone.Snapshots.Where(s => s.AsOfMs > image.SettledMs), restored.Snapshots.Where(s => s.AsOfMs > image.SettledMs));
        Assert.Equal((0, 0), (restored.Caps.Rooms, restored.Caps.Viewers));
        Assert.True(restored.IsBalanced, $"{restored.Counters}");
    }

    /// <summary>Every lane had a part of it; once it is as any other again, only its own has it in an image.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(Lanes)]
    public async Task An_image_taken_right_behind_the_end_of_a_wide_room_is_taken_over(int lanes)
    {
        await using var rig = new LaneRig(Lanes, new EngineOptions { SessionIdleMinutes = 1 });
        rig.BeginAll();
        var intake = rig.Open();
        Add(intake, 0, 10);
        new TestEvent(EventType.Like, Start + 3_900_000) { Room = "other" }.AddTo(intake);
        var image = await LaneRig.ImageOf(intake);
        Assert.DoesNotContain(WideImage.RoomsOf(image), room => System.Text.Encoding.UTF8.GetString(room) == Room);
        await using var restored = new LaneRig(lanes);
        restored.BeginAll();
        var again = restored.Open(image);
        again.Flush(TestContext.Current.CancellationToken);
        await LaneRig.Limited(again.Restored);
        End(again);
        await restored.Complete();
        Assert.True(restored.IsBalanced, $"{restored.Counters}");
    }

    // What is restored is the whole state: written down again it is as large, whoever held it in between.
    [Fact]
    public async Task A_wide_room_that_is_handed_round_stays_exact()
    {
        await using var alone = new LaneRig(1);
        alone.BeginAll();
        var whole = alone.Open();
        Add(whole, 0, 60);
        End(whole);
        await alone.Complete();

        GroupImage? image = null;
        var snapshots = new List<Taken>();
        int[] turns = [3, 5, 2, 1, 4, 3];
        for (var turn = 0; turn < turns.Length; turn++)
        {
            await using var rig = new LaneRig(turns[turn]);
            rig.BeginAll();
            var intake = rig.Open(image);
            intake.Flush(TestContext.Current.CancellationToken);
            await LaneRig.Limited(intake.Restored);
            Add(intake, turn * 10, (turn + 1) * 10);
            if (turn == turns.Length - 1)
            {
                End(intake);
            }
            else
            {
                image = await LaneRig.ImageOf(intake);
            }

            await rig.Complete();
            snapshots.AddRange(rig.Snapshots);
        }

        Assert.Equal(alone.Snapshots, snapshots);
    }

    [Fact]
    public async Task An_image_is_as_of_its_barrier_though_the_leader_waits_for_parts_then()
    {
        await using var rig = new LaneRig(Lanes);
        var intake = rig.Open();
        Add(intake, 0, 20);
        var taking = intake.TakeImageAsync();
        Add(intake, 20, 30);
        rig.Begin(1);
        await rig.Handled(1);
        Assert.False(taking.IsCompleted);
        rig.Begin(2);
        rig.Begin(0);
        await LaneRig.Limited(taking);
        await rig.Complete();

        await using var steady = new LaneRig(Lanes);
        steady.BeginAll();
        var other = steady.Open();
        Add(other, 0, 20);
        var expected = await LaneRig.ImageOf(other);
        Assert.Equal(expected.Sections.Select(Bytes), (await taking).Sections.Select(Bytes));
    }

    // The lanes must agree on sessions, so the leader may not be turned away alone: the others' parts would wait for ever.
    [Fact]
    public async Task The_cap_on_rooms_does_not_split_a_wide_room()
    {
        var options = new EngineOptions { SessionIdleMinutes = 1, Caps = new CapOptions { MaxRooms = 1 } };
        await using var rig = new LaneRig(Lanes, options);
        rig.BeginAll();
        var intake = rig.Open();
        Add(intake, 0, 10);

        // Its session is over, the room is still wide, and another room has taken the only place.
        for (var second = 10; second < 100; second += 5)
        {
            new TestEvent(EventType.Like, Start + (second * 1000)) { Room = "other" }.AddTo(intake);
            intake.Flush(TestContext.Current.CancellationToken);
        }

        Add(intake, 100, 110);
        End(intake);
        await rig.Complete();
        Assert.True(rig.IsBalanced, $"{rig.Counters}");
        Assert.Equal(2, rig.Sinks[1].Over.Count(o => o.Room == Room));
        Assert.Equal((0, 0), (rig.Caps.Rooms, rig.Caps.Viewers));
    }

    [Fact]
    public async Task Viewers_past_the_cap_are_turned_away_once()
    {
        var options = new EngineOptions { Caps = new CapOptions { MaxViewers = 5 } };
        await using var rig = new LaneRig(Lanes, options);
        rig.BeginAll();
        var intake = rig.Open();
        Add(intake, 0, 20);

        // Once for what the lanes send each other, once for what they make of it.
        await rig.AllHandled();
        await rig.AllHandled();
        Assert.True(rig.Counters.Rejected > 0 && rig.IsBalanced, $"{rig.Counters}");
        Assert.InRange(rig.Caps.Viewers, 5, 5 + Lanes - 1);
        Assert.True(rig.Snapshots[^1].Capped);
        Assert.Equal(rig.Counters.Applied, rig.Snapshots[^1].Applied);
    }

    [Fact]
    public async Task Live_numbers_of_a_wide_room_are_those_of_all_lanes()
    {
        var sinks = Enumerable.Range(0, Lanes).Select(_ => new RecordingSink()).ToArray();
        await using var engine = new StreamEngine(new EngineOptions(), Pipeline(Lanes) with { Cadence = SnapshotCadence.EveryHop }, lane => sinks[lane]);
        var intake = engine.OpenGroup(0, 1);
        var likes = 0;
        for (var second = 0; second < 10; second++)
        {
            for (var i = 0; i < 30; i++)
            {
                new TestEvent(EventType.Like, Start + (second * 1000) + i) { Room = Room, User = $"u{i}" }.AddTo(intake);
                likes++;
            }

            intake.Flush(TestContext.Current.CancellationToken);
        }

        // The last tick follows the letters of the one before.
        var last = 0L;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (last != likes)
        {
            limit.Token.ThrowIfCancellationRequested();
            engine.Tick(0);
            var image = intake.TakeImageAsync();
            intake.Flush(limit.Token);
            await LaneRig.Limited(image);
            last = sinks[1].Live.Count == 0 ? 0 : sinks[1].Live[^1].Like;
            Assert.InRange(last, 0, likes);
        }
    }

    internal static void Add(GroupIntake intake, int fromSecond, int toSecond)
    {
        for (var second = fromSecond; second < toSecond; second++)
        {
            for (var i = 0; i < 16; i++)
            {
                var n = (second * 16) + i;
                new TestEvent((EventType)(n * 7 % EventTypes.ViewerCount), Start + (second * 1000) + (i * 60))
                {
                    Room = Room, User = $"u{n % 11}", Product = n % 3 == 0 ? "" : $"p{n % 5}", Id = $"i{n / 2 % 40}", Order = $"o{n % 17}", Channel = $"c{n % 3}", Amount = n,
                }.AddTo(intake);
            }

            intake.Flush(TestContext.Current.CancellationToken);
        }
    }

    internal static void End(GroupIntake intake)
    {
        intake.EndPartition(0);
        intake.Flush(TestContext.Current.CancellationToken);
    }

    private static byte[] Bytes(System.Buffers.ReadOnlySequence<byte> section) => System.Buffers.BuffersExtensions.ToArray(section);

    private static PipelineOptions Pipeline(int lanes) => new()
    {
        Lanes = lanes, Cadence = SnapshotCadence.EverySecond, BatchEvents = 64, WideRooms = new WideRoomOptions { LeastEventsPerSecond = 0, LeastShare = 0 },
    };
}
