using System.Text;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Tests.Wide;

/// <summary>Which rooms are split over the lanes, from when and until when.</summary>
public sealed class WideRoomsTests
{
    private const int Lanes = 4;
    private const long T = 1_700_000_000_000;

    private readonly NameNumbers _names = new();

    [Fact]
    public void A_room_becomes_wide_with_the_events_of_one_second_beyond_both_bounds()
    {
        var rooms = Rooms(new WideRoomOptions { LeastEventsPerSecond = 100, LeastShare = 0.5 });
        Assert.Empty(rooms.Judge(T));
        Count(rooms, "large", 100);
        Count(rooms, "small", 99);
        Assert.Equal(["large"], Judge(rooms, T + 1000));
    }

    [Fact]
    public void Events_before_the_first_judgement_and_those_that_were_judged_do_not_count_again()
    {
        var rooms = Rooms(new WideRoomOptions { LeastEventsPerSecond = 100, LeastShare = 0 });
        Count(rooms, "r", 1000);
        Assert.Empty(rooms.Judge(T));
        Count(rooms, "r", 60);
        Assert.Empty(rooms.Judge(T + 1000));
        Count(rooms, "r", 60);
        Assert.Empty(rooms.Judge(T + 2000));
        Count(rooms, "r", 100);
        Assert.Equal(["r"], Judge(rooms, T + 3000));
    }

    [Fact]
    public void The_bound_is_per_second_of_event_time()
    {
        var rooms = Rooms(new WideRoomOptions { LeastEventsPerSecond = 100, LeastShare = 0 });
        rooms.Judge(T);
        Count(rooms, "r", 999);
        Assert.Empty(rooms.Judge(T + 10_000));
        Count(rooms, "r", 1000);
        Assert.Equal(["r"], Judge(rooms, T + 20_000));
    }

    [Fact]
    public void A_room_that_is_a_small_share_of_the_traffic_stays_whole()
    {
        var rooms = Rooms(new WideRoomOptions { LeastEventsPerSecond = 1, LeastShare = 0.5 });
        rooms.Judge(T);
        Count(rooms, "a", 124);
        Count(rooms, "b", 126);
        Count(rooms, "c", 750);
        Assert.Equal(["b", "c"], Judge(rooms, T + 1000));
    }

    [Fact]
    public void No_more_rooms_are_wide_at_a_time_than_the_cap_says()
    {
        var rooms = Rooms(new WideRoomOptions { MaxRooms = 3, LeastEventsPerSecond = 0, LeastShare = 0 });
        rooms.Judge(T);
        for (var i = 0; i < 10; i++)
        {
            Count(rooms, $"r{i}", 5);
        }

        foreach (var room in rooms.Judge(T + 1000))
        {
            rooms.Widen(room, T);
        }

        Assert.Equal(3, rooms.Rooms.Count);
        Count(rooms, "another", 5);
        Assert.Empty(rooms.Judge(T + 2000));
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(4, 0)]
    public void Nothing_is_split_over_one_lane_or_where_it_is_not_wanted(int lanes, int maxRooms)
    {
        var rooms = new WideRooms(_names, lanes, new WideRoomOptions { MaxRooms = maxRooms, LeastEventsPerSecond = 0, LeastShare = 0 });
        rooms.Judge(T);
        Count(rooms, "r", 10_000);
        Assert.Empty(rooms.Judge(T + 1000));
    }

    [Fact]
    public void A_wide_room_is_found_at_its_events_also_after_names_have_new_numbers()
    {
        var rooms = Rooms(new WideRoomOptions());
        Assert.Null(rooms.Count(NumberOf("r")));
        rooms.Widen("r"u8.ToArray(), T);
        Assert.Same(rooms.Rooms[0], rooms.Count(NumberOf("r")));
        _names.BeginGeneration();
        NumberOf("another");
        rooms.OnGeneration();
        Assert.Same(rooms.Rooms[0], rooms.Count(NumberOf("r")));
        Assert.Null(rooms.Count(NumberOf("another")));
    }

    // Its parts lie in the lanes, whatever the options say by now.
    [Fact]
    public void A_restored_wide_room_stays_wide_where_no_room_would_become_so()
    {
        var rooms = Rooms(new WideRoomOptions { MaxRooms = 0 });
        rooms.Widen("r"u8.ToArray(), T);
        Assert.Same(rooms.Rooms[0], rooms.Count(NumberOf("r")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wide_room_is_whole_again_when_it_was_quiet_for_so_long_whether_or_not_it_had_events_while_wide(bool hadEvents)
    {
        const long Idle = 60_000;
        var rooms = Rooms(new WideRoomOptions());
        rooms.Widen("r"u8.ToArray(), T);
        var lastMs = hadEvents ? T + 500_123 : T;
        if (hadEvents)
        {
            rooms.Rooms[0].Note(new ParsedEvent { Type = EventType.Like, TimeMs = lastMs }, lastMs, moved: false);
            Assert.Empty(rooms.TakeQuiet(T + 400_000, Idle));
        }

        Assert.Empty(rooms.TakeQuiet(lastMs + Idle + 1000, Idle));
        Assert.Equal("r"u8.ToArray(), Assert.Single(rooms.TakeQuiet(lastMs + Idle + 1001, Idle)).Name);
        Assert.Empty(rooms.Rooms);
        Assert.Null(rooms.Count(NumberOf("r")));
    }

    [Fact]
    public void A_room_gives_its_seconds_once_and_in_order()
    {
        var room = new WideRoom("r"u8.ToArray(), T);
        foreach (var timeMs in new[] { T + 2500, T + 100, T + 2600, T + 1999, T + 100 })
        {
            room.Note(new ParsedEvent { Type = EventType.Like, TimeMs = timeMs }, timeMs, moved: false);
        }

        Assert.Equal([T, T + 1000], room.TakeUntil(T + 2000).Select(s => s.StartMs));
        Assert.Empty(room.TakeUntil(T + 2000));
        room.Note(new ParsedEvent { Type = EventType.Like, TimeMs = T + 2999 }, T + 2999, moved: false);
        var last = Assert.Single(room.TakeUntil(long.MaxValue));
        Assert.Equal((T + 2500, T + 2999), last.Range());
        Assert.Equal(T + 2999, room.LastMs);
    }

    private WideRooms Rooms(WideRoomOptions options) => new(_names, Lanes, options);

    private int NumberOf(string room) => _names.Of(Encoding.UTF8.GetBytes(room), NameHash.Compute(Encoding.UTF8.GetBytes(room)));

    private void Count(WideRooms rooms, string room, int events)
    {
        for (var i = 0; i < events; i++)
        {
            rooms.Count(NumberOf(room));
        }
    }

    private static string[] Judge(WideRooms rooms, long settledMs) => [.. rooms.Judge(settledMs).Select(Encoding.UTF8.GetString)];
}
