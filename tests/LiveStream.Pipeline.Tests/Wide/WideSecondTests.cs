using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Wide;

namespace LiveStream.Pipeline.Tests.Wide;

/// <summary>What lanes are told of a second of a wide room, and what they find with it.</summary>
public sealed class WideSecondTests
{
    private const long Start = 1_700_000_000_000;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 999)]
    [InlineData(63, 64)]
    [InlineData(500, 511)]
    public void A_second_of_one_session_is_its_milliseconds(int firstMs, int lastMs)
    {
        var second = new WideSecond(Start);
        second.Note(EventType.Like, Start + lastMs, "s"u8, moved: false, Start + lastMs);
        second.Note(EventType.Payment, Start + firstMs, "s"u8, moved: false, Start + firstMs);
        second.Note(EventType.Leave, Start + lastMs, "s"u8, moved: false, Start + lastMs);
        Assert.Null(second.Heads);
        Assert.Equal("s"u8.ToArray(), second.Session);
        Assert.Equal((Start + firstMs, Start + lastMs), second.Range());
        HashSet<(long, EventType)> expected = [(Start + firstMs, EventType.Like), (Start + lastMs, EventType.Like), (Start + lastMs, EventType.Leave)];
        Assert.Equal(expected, [.. second.AllHeads().Select(h => (h.TimeMs, h.Type))]);
    }

    [Fact]
    public void A_leave_alone_counts_for_the_range()
    {
        var second = new WideSecond(Start);
        second.Note(EventType.Like, Start + 500, [], moved: false, Start + 500);
        second.Note(EventType.Leave, Start + 100, [], moved: false, Start + 100);
        Assert.Equal((Start + 100, Start + 500), second.Range());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_noted_is_known_in_any_order_and_from_any_pieces(int seed)
    {
        var random = new Random(seed);
        var all = Enumerable.Range(0, 300).Select(_ => Head(random, mixed: seed > 1)).ToArray();
        var expected = all.Select(Kept).ToHashSet();
        var whole = Of(all);
        Assert.Equal(expected, [.. whole.AllHeads()]);
        random.Shuffle(all);
        var added = Of(all[..100]);
        added.Add(Of(all[100..]));
        added.Add(Of([]));
        Assert.Equal(expected, [.. added.AllHeads()]);
        Assert.Equal(seed == 1, whole.Heads is null && added.Heads is null);
    }

    [Fact]
    public void Seconds_of_an_entry_come_in_order_and_what_is_known_twice_is_one()
    {
        var entry = new WideEntry(0, 2);
        foreach (var (second, ms) in new[] { (3, 10), (1, 20), (3, 5), (2, 7) })
        {
            entry.Add(Of([new WideHead(Start + (second * 1000) + ms, EventType.Like, [], false, Start + (second * 1000) + ms)], Start + (second * 1000)));
        }

        Assert.False(entry.TryTake(Start + 1000, out _));
        Assert.True(entry.TryTake(Start + 3000, out var first));
        Assert.True(entry.TryTake(Start + 3000, out var next));
        Assert.False(entry.TryTake(Start + 3000, out _));
        Assert.True(entry.HasSeconds);
        Assert.True(entry.TryTake(long.MaxValue, out var last));
        Assert.False(entry.HasSeconds);
        Assert.Equal([Start + 1000, Start + 2000, Start + 3000], [first.StartMs, next.StartMs, last.StartMs]);
        Assert.Equal((Start + 3005, Start + 3010), last.Range());
    }

    // A lane that has none of a second's events must open and end the same sessions as one that has them all.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_lane_that_knows_heads_only_finds_the_sessions_that_the_events_themselves_find(int seed)
    {
        var random = new Random(seed);
        var names = new NameTable();
        var options = new EngineOptions { SessionIdleMinutes = 1 };
        var name = names.Intern("r"u8);
        var whole = new Room(options, names, new SessionCaps(100, 100), name);
        var told = new Room(options, names, new SessionCaps(100, 100), name);
        var entry = new WideEntry(0, 2);
        for (long at = 0, seconds = 0; seconds < 60; seconds++)
        {
            at += random.Next(12) == 0 ? 24 * 3_600_000L : random.Next(8) == 0 ? 61_000 : 1000;
            var second = new WideSecond(Start + at - (at % 1000));
            var heads = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Head(random, mixed: seed > 1, second.StartMs))
                .OrderBy(h => h.TimeMs).ThenBy(h => EventOf(h, names, 0).Rank).ToArray();
            foreach (var head in heads)
            {
                second.Note(head.Type, head.TimeMs, head.Session, head.Moved, head.OriginalMs);
            }

            var events = heads.Select((h, i) => EventOf(h, names, i)).ToArray();
            var details = heads.Select(h => new EventDetail { OriginalTimeMs = h.OriginalMs }).ToArray();
            var found = new Session?[events.Length];
            var counts = default(SettleCounts);
            var only = whole.Resolve(events, details, found, ref counts);
            var single = entry.Resolve(told, second, names);
            for (var i = 0; i < events.Length; i++)
            {
                var toldOf = single ?? entry.SessionOf(events[i], details, names);
                var foundOf = only ?? found[i];
                Assert.Equal((foundOf?.Name, foundOf?.FirstMs), (toldOf?.Name, toldOf?.FirstMs));
            }

            Assert.Equal(whole.Open.Select(Describe), told.Open.Select(Describe));
            while (whole.TakeClosed(out var closed))
            {
                Assert.True(told.TakeClosed(out var same));
                Assert.Equal(Describe(closed), Describe(same));
            }

            Assert.Empty(told.Closed);
        }
    }

    [Fact]
    public void A_second_whose_only_session_finds_no_place_has_none_for_its_events()
    {
        var names = new NameTable();
        var room = new Room(new EngineOptions { Caps = new CapOptions { MaxSessionsPerRoom = 1 } }, names, new SessionCaps(100, 100), names.Intern("r"u8));
        var entry = new WideEntry(0, 2);
        var first = new WideSecond(Start);
        first.Note(EventType.Like, Start, "a"u8, moved: false, Start);
        Assert.NotNull(entry.Resolve(room, first, names));
        var second = new WideSecond(Start + 1000);
        second.Note(EventType.Like, Start + 1000, "b"u8, moved: false, Start + 1000);
        Assert.Null(entry.Resolve(room, second, names));
        Assert.Null(entry.SessionOf(EventOf(new WideHead(Start + 1000, EventType.Like, [(byte)'b'], false, Start + 1000), names, 0), [], names));
    }

    private static (int, long, long, bool) Describe(Session s) => (s.Name, s.FirstMs, s.LastMs, s.HasEnded);

    private static WideHead Kept(WideHead head) =>
        head with { Type = head.Type is EventType.Start or EventType.End or EventType.Leave ? head.Type : EventType.Like };

    private static WideHead Head(Random random, bool mixed, long startMs = Start)
    {
        var timeMs = startMs + random.Next(1000);
        var type = mixed ? (EventType)random.Next(EventTypes.Count) : random.Next(5) == 0 ? EventType.Leave : EventType.Barrage;
        var moved = mixed && EventTypes.IsMovable(type) && random.Next(3) == 0;
        byte[] session = mixed && random.Next(3) == 0 ? [(byte)('a' + random.Next(2))] : [];
        return new WideHead(timeMs, type, session, moved, moved ? timeMs - random.Next(5000) : timeMs);
    }

    private static WideSecond Of(IEnumerable<WideHead> heads, long startMs = Start)
    {
        var second = new WideSecond(startMs);
        foreach (var head in heads)
        {
            second.Note(head.Type, head.TimeMs, head.Session, head.Moved, head.OriginalMs);
        }

        return second;
    }

    private static RoomEvent EventOf(in WideHead head, NameTable names, int detail) => new()
    {
        TimeMs = head.TimeMs, Type = head.Type, Moved = head.Moved, Detail = detail,
        Session = head.Session.Length == 0 ? NameTable.None : names.Intern(head.Session),
    };
}
