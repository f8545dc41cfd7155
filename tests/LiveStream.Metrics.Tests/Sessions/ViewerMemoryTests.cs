using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Sessions;

/// <summary>What a viewer costs, free places of the tables included, at any size from a thousand viewers on and at any moment of growing to it.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ViewerMemoryTests
{
    private const double WatchingBytes = 56;
    private const double ActingBytes = 112;

    private static readonly EventType[] Watching =
        [EventType.Enter, EventType.Like, EventType.Barrage, EventType.Heartbeat, EventType.Follow, EventType.Share, EventType.Vote];

    private static readonly EventType[] Acting = [EventType.Click, EventType.Impression, EventType.Cart];

    [Theory]
    [InlineData(1_000)]
    [InlineData(30_000)]
    [InlineData(1_000_000)]
    public void WhoOnlyWatchesHasARowAndNothingElse(int viewers)
    {
        var (worst, audience, sides) = Grow(viewers, Watching);
        Assert.Equal((viewers, 0, 0), (audience.Viewers.Count, sides.Count, sides.Bytes));
        Assert.InRange(worst, 24, WatchingBytes);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(30_000)]
    [InlineData(1_000_000)]
    public void WhoTouchesAProductHasASideRowBesides(int viewers)
    {
        var (worst, audience, sides) = Grow(viewers, Acting);
        Assert.Equal((viewers, viewers), (audience.Viewers.Count, sides.Count));
        Assert.InRange(worst, 24 + 16, ActingBytes);
    }

    [Theory]
    [InlineData(1_000, false)]
    [InlineData(10_000, false)]
    [InlineData(100_000, false)]
    [InlineData(1_000_000, false)]
    [InlineData(1_000, true)]
    [InlineData(10_000, true)]
    [InlineData(100_000, true)]
    [InlineData(300_000, true)]
    public void TheCollectorSaysTheSameOfAWholeSession(int viewers, bool acting)
    {
        var empty = MeasuredAlone.BytesOf(() => Filled(1, viewers, acting ? Acting : Watching));
        var filled = MeasuredAlone.BytesOf(() => Filled(viewers, viewers, acting ? Acting : Watching));
        Assert.InRange((filled - empty) / (double)viewers, 24, acting ? ActingBytes : WatchingBytes);
    }

    [Theory]
    [InlineData(EventType.Click, true)]
    [InlineData(EventType.Impression, true)]
    [InlineData(EventType.Cart, true)]
    [InlineData(EventType.Order, true)]
    [InlineData(EventType.Payment, true)]
    [InlineData(EventType.Gift, false)]
    [InlineData(EventType.Enter, false)]
    [InlineData(EventType.Refund, false)]
    [InlineData(EventType.Cancel, false)]
    [InlineData(EventType.Vote, false)]
    [InlineData(EventType.Leave, false)]
    public void OnlyProductAndTradeEventsCostASideRow(EventType type, bool costs)
    {
        var (_, audience, sides) = Grow(1_000, [type]);
        Assert.Equal((type == EventType.Leave ? 0 : 1_000, costs ? 1_000 : 0), (audience.Viewers.Count, sides.Count));
    }

    // Bytes a viewer where they are most, from a thousand viewers on.
    private static (double Worst, Audience Audience, SideRows Sides) Grow(int viewers, EventType[] types)
    {
        var options = new EngineOptions();
        var windows = WindowSpec.From(options);
        var (names, sides, sums) = (new NameTable(), new SideRows(), new WindowSums(windows));
        var seen = new DistinctCells(windows, Column.Sums, Column.Acting - Column.Sums, Presence.SecondsKept(options), 0);
        var acting = new DistinctCells(windows, Column.Acting, Column.Funnels - Column.Acting + 8, 0, 0);
        var sales = new Sales(options, windows, names, 0);
        sides.Reserve(1);
        var audience = new Audience(options, windows, names, 0, sums, seen, acting, sides, sales);
        var (caps, counts, worst) = (new SessionCaps(9, int.MaxValue), default(SettleCounts), 0.0);
        EventDetail[] details = [new EventDetail { Order = 1 }];
        for (var (second, viewer) = (0, 0); viewer < viewers; second++)
        {
            seen.Open(second);
            acting.Open(second);
            audience.Open(second);
            var events = new RoomEvent[Math.Min(viewers - viewer, viewers < 100_000 ? 7 : 5_000)];
            for (var i = 0; i < events.Length; i++, viewer++)
            {
                events[i] = Event(types[viewer % types.Length], (second * 1000L) + (i * 1000L / events.Length), viewer);
            }

            audience.Apply(Made.Slice(events, details), caps, ref counts);
            audience.Close(second);
            worst = audience.Viewers.Count < 1000 ? 0 : Math.Max(worst, (audience.Viewers.Bytes + sides.Bytes) / (double)audience.Viewers.Count);
        }

        return (worst, audience, sides);
    }

    // A session of ten seconds; with few viewers the same events come from these few.
    private static Session Filled(int viewers, int events, EventType[] types)
    {
        var names = new NameTable();
        var session = new Session(new EngineOptions(), names, names.Intern("r"u8), names.Intern("s"u8), 0);
        var (caps, counts, input) = (new SessionCaps(9, int.MaxValue), default(SettleCounts), new SliceInput());
        EventDetail[] details = [new EventDetail { Order = 1 }];
        for (var second = 0; second < 10; second++)
        {
            var slice = new RoomEvent[events / 10];
            for (var i = 0; i < slice.Length; i++)
            {
                slice[i] = Event(types[i % types.Length], (second * 1000L) + (i * 1000L / slice.Length), ((second * slice.Length) + i) % viewers);
            }

            input.Set(second * 1000L, uint.MaxValue, details, []);
            session.Apply(slice, input, caps, null, ref counts);
        }

        session.AdvanceTo(10_000, null);
        Assert.Equal(events, session.Applied);
        return session;
    }

    private static RoomEvent Event(EventType type, long timeMs, int viewer)
    {
        var e = Made.Event(type, timeMs, product: EventTypes.NeedsProduct(type) ? 1 : -1, detail: EventTypes.IsTrade(type) ? 0 : -1);
        e.Viewer = Made.Key(viewer);
        return e;
    }
}
