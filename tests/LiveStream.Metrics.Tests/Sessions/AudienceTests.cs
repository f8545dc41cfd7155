using System.Text.Json;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Snapshots;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Sessions;

/// <summary>A viewer who has only left so far is remembered where a funnel asks for leaves, and counts nowhere else.</summary>
public sealed class AudienceTests
{
    private static readonly EventType[] Types = [EventType.Leave, EventType.Leave, EventType.Enter, EventType.Like, EventType.Click, EventType.Order, EventType.Gift];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AFunnelOfLeavesChangesNoOtherNumber(int seed)
    {
        var random = new Random(seed);
        var funnels = new FunnelOptions[] { new("back", [EventType.Leave, EventType.Enter]), new("twice", [EventType.Leave, EventType.Leave], 30_000) };
        var options = new EngineOptions { WindowMinutes = [1, 2], PresenceTimeoutMs = 20_000, Funnels = funnels };
        var (with, without) = (new Drive(options), new Drive(options with { Funnels = [] }));
        var all = new List<RoomEvent>();
        for (var second = 0; second < 400; second++)
        {
            RoomEvent[] events =
            [
                .. Enumerable.Range(0, random.Next(4)).Select(_ => Event(random, (second * 1000) + random.Next(1000))).OrderBy(e => e.TimeMs).ThenBy(e => e.Rank),
            ];
            all.AddRange(events);
            Assert.Equal(without.Apply(second, events), with.Apply(second, events));
            Assert.Equal(all.Count, with.Session.Applied);
            Assert.Equal(Users(all, 30 * 60_000, EventType.Enter), with.Snapshot.SessionWindow.Funnels[0].Users.ToList());
            Assert.Equal(Users(all, 30_000, EventType.Leave), with.Snapshot.SessionWindow.Funnels[1].Users.ToList());
        }

        // Whoever only ever left has a row in one of them.
        Assert.Equal(all.Select(e => e.Viewer).Distinct().Count(), with.Session.ViewerCount);
        Assert.Equal(all.Where(e => e.Type != EventType.Leave).Select(e => e.Viewer).Distinct().Count(), without.Session.ViewerCount);
        Assert.True(with.Session.ViewerCount > without.Session.ViewerCount);
    }

    [Fact]
    public void ALeaverTakesAPlaceOnlyWhereHeIsRemembered()
    {
        var options = new EngineOptions { Funnels = [new("back", [EventType.Leave, EventType.Enter])] };
        var (with, without) = (new Drive(options, maxViewers: 1), new Drive(options with { Funnels = [] }, maxViewers: 1));
        foreach (var drive in new[] { with, without })
        {
            drive.Apply(0, [Made.Event(EventType.Like, 0, viewer: 1), Made.Event(EventType.Leave, 1, viewer: 2), Made.Event(EventType.Leave, 2, viewer: 1)]);
        }

        Assert.Equal((2, 1), (with.Counts.Applied, with.Counts.RejectedCapacity));
        Assert.Equal((3, 0), (without.Counts.Applied, without.Counts.RejectedCapacity));
        Assert.Equal((1, 1), (with.Caps.Viewers, without.Caps.Viewers));
    }

    private static RoomEvent Event(Random random, long timeMs)
    {
        var type = Types[random.Next(Types.Length)];
        var viewer = random.Next(1, 16);

        // One in three viewers never does anything but leave.
        return Made.Event(viewer % 3 == 0 ? EventType.Leave : type, timeMs, viewer, product: type == EventType.Click && viewer % 3 != 0 ? 1 : -1, detail: 0, count: 1);
    }

    private static List<long> Users(List<RoomEvent> all, int withinMs, EventType second)
    {
        var leaves = all.Where(e => e.Type == EventType.Leave).ToList();
        var next = all.Select((e, i) => (Event: e, Place: i)).Where(x => x.Event.Type == second).ToList();
        return
        [
            leaves.Select(e => e.Viewer).Distinct().LongCount(),
            all.Select((e, i) => (Event: e, Place: i)).Where(x => x.Event.Type == EventType.Leave && next.Exists(y => y.Event.Viewer == x.Event.Viewer
                && y.Place != x.Place && y.Event.TimeMs >= x.Event.TimeMs && y.Event.TimeMs - x.Event.TimeMs <= withinMs)).Select(x => x.Event.Viewer).Distinct().LongCount(),
        ];
    }

    /// <summary>A session that begins at 0.</summary>
    private sealed class Drive
    {
        private readonly SliceInput _input = new();
        private readonly EventDetail[] _details = [new EventDetail { Order = 1 }];
        private SettleCounts _counts;

        public Drive(EngineOptions options, int maxViewers = 1000)
        {
            var names = new NameTable();
            Caps = new SessionCaps(9, maxViewers);
            Session = new Session(options, names, names.Intern("r"u8), names.Intern("p"u8), 0);
        }

        public SessionCaps Caps { get; }

        public Session Session { get; }

        public SettleCounts Counts => _counts;

        public SessionSnapshot Snapshot => Session.Metrics.Snapshot;

        /// <summary>Applies a second and settles it; everything that the snapshot says but for funnels.</summary>
        public string Apply(int second, RoomEvent[] events)
        {
            if (events.Length > 0)
            {
                _input.Set(second * 1000L, uint.MaxValue, _details, []);
                Session.Apply([.. events], _input, Caps, null, ref _counts);
            }

            Session.AdvanceTo((second + 1) * 1000L, null);
            Session.Fill();
            var s = Snapshot;
            return JsonSerializer.Serialize(new
            {
                s.Applied, s.Online, s.Segments, s.Survival, s.Whole, Retention = s.Windows.Select(w => w.Retention),
                Columns = s.Windows.Select(w => w.Values[..Column.Funnels].ToArray()),
            });
        }
    }
}
