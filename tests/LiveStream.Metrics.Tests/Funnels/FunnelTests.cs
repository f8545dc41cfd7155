using LiveStream.Metrics.Events;
using LiveStream.Metrics.Funnels;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Metrics.Viewers;
using LiveStream.Metrics.Windows;

namespace LiveStream.Metrics.Tests.Funnels;

/// <summary>Against every way to choose events for the steps, tried one by one.</summary>
public sealed class FunnelTests
{
    private const int Users = 6;

    public static TheoryData<int, string, int, bool> Cases => new()
    {
        { 1, "click cart payment", 20_000, false },
        { 2, "enter click cart order payment", 30_000, true },
        { 3, "enter click cart order payment", 1_800_000, true },
        { 4, "click click payment", 5_000, false },
        { 5, "barrage barrage", 1, true },
        { 6, "enter like like click like", 8_000, true },
        { 7, "like click like click", 40_000, false },
        { 8, "leave enter leave", 15_000, true },
        { 9, "payment cart click", 2_500, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ALevelIsTheLongestChainInTheWindow(int seed, string steps, int withinMs, bool watched)
    {
        var random = new Random(seed);
        var drive = new Drive(steps, withinMs, watched);
        for (var second = 0; second < 240; second++)
        {
            drive.Open(second);
            if (random.Next(3) != 0)
            {
                drive.Apply(drive.Made(random, second));
            }

            foreach (var (window, values) in drive.Slid(second))
            {
                Assert.Equal(drive.Expected(second + 1 - window.Seconds), values);
            }

            Assert.Equal(drive.Expected(0), drive.Totals);
        }

        Assert.All(drive.Totals, users => Assert.InRange(users, 1, Users));
    }

    // The first step alone costs a viewer no side row in the funnel that is watched; any deeper step does.
    [Fact]
    public void TheFirstStepOfTheWatchedFunnelLiesInTheViewersOwnRow()
    {
        var drive = new Drive("enter click", 1000, watched: true);
        drive.Open(0);
        drive.Apply([Tests.Made.Event(EventType.Enter, 10), Tests.Made.Event(EventType.Enter, 10), Tests.Made.Event(EventType.Enter, 700)]);
        Assert.Equal((0, 701), (drive.Sides.Count, drive.Rows[0].Head));
        drive.Apply([Tests.Made.Event(EventType.Click, 800)]);
        Assert.Equal([701, 701], drive.Sides.Of(drive.Rows[0].Side)[..2].ToArray());
        Assert.Equal([1, 1], drive.Totals);
    }

    /// <summary>A funnel with all that it needs of a session, and its events.</summary>
    private sealed class Drive
    {
        private readonly EventType[] _steps;
        private readonly EventType[] _types;
        private readonly int _withinMs;
        private readonly WindowSpec[] _windows = Tests.Made.Windows(1, 2);
        private readonly DistinctCells _cells;
        private readonly Funnel _funnel;
        private readonly List<RoomEvent> _all = [];

        public Drive(string steps, int withinMs, bool watched)
        {
            _steps = [.. steps.Split(' ').Select(step => EventTypes.TryParse(step, out var type) ? type : throw new ArgumentException(step, nameof(steps)))];
            _types = [.. _steps, EventType.Heartbeat];
            _withinMs = withinMs;
            _cells = new DistinctCells(_windows, Column.Acting, Column.Funnels - Column.Acting + _steps.Length, 0, 0);
            Sides = new SideRows();
            _funnel = new Funnel(new FunnelOptions("f", _steps, withinMs), Column.Funnels, _cells, Sides, watched);
            Assert.Equal(_steps.Aggregate(0u, (types, t) => types | (1u << (int)t)), _funnel.Types);
        }

        public SideRows Sides { get; }

        public ViewerRow[] Rows { get; } = new ViewerRow[Users];

        public long[] Totals => [.. Enumerable.Range(0, _steps.Length).Select(i => _cells.Total(Column.Funnels + i))];

        public void Open(int second) => _cells.Open(second);

        public RoomEvent[] Made(Random random, int second)
        {
            var spread = random.Next(2) == 0 ? 3 : 1000;
            var events = Enumerable.Range(0, random.Next(1, 7))
                .Select(_ => Tests.Made.Event(_types[random.Next(_types.Length)], (second * 1000) + random.Next(spread), random.Next(Users)));
            return [.. events.OrderBy(e => e.TimeMs).ThenBy(e => e.Rank)];
        }

        public void Apply(RoomEvent[] events)
        {
            var slice = Tests.Made.Slice(events);
            for (var i = 0; i < events.Length; i++)
            {
                if ((_funnel.Types >> (int)events[i].Type & 1) != 0)
                {
                    _funnel.Apply(slice, i, ref Rows[events[i].Viewer]);
                }
                else
                {
                    // Something else gives the viewer his side row.
                    Sides.Of(ref Rows[events[i].Viewer]);
                }
            }

            _all.AddRange(events);
        }

        public IEnumerable<(WindowSpec Window, long[] Users)> Slid(int second)
        {
            var values = new long[Column.Funnels + _steps.Length];
            for (var w = 0; w < _windows.Length; w++)
            {
                if (_windows[w].SlidesAt(second + 1))
                {
                    _cells.Slide(w, values);
                    yield return (_windows[w], values[Column.Funnels..]);
                }
            }
        }

        public long[] Expected(int sinceSecond)
        {
            var levels = _all.Where(e => e.TimeMs >= sinceSecond * 1000L && _steps.Contains(e.Type))
                .GroupBy(e => e.Viewer).Select(user => Level([.. user])).ToList();
            return [.. Enumerable.Range(1, _steps.Length).Select(level => levels.LongCount(l => l >= level))];
        }

        private int Level(RoomEvent[] events) => events.Select((e, i) => e.Type == _steps[0] ? Extend(events, [i], 1) : 0).Max();

        // Events of one time may follow each other in any order, each serves one step.
        private int Extend(RoomEvent[] events, int[] used, int level)
        {
            if (level == _steps.Length)
            {
                return level;
            }

            var (first, last) = (events[used[0]].TimeMs, events[used[^1]].TimeMs);
            var longest = level;
            for (var i = 0; i < events.Length && longest < _steps.Length; i++)
            {
                if (events[i].Type == _steps[level] && events[i].TimeMs >= last && events[i].TimeMs - first <= _withinMs && !used.Contains(i))
                {
                    longest = Math.Max(longest, Extend(events, [.. used, i], level + 1));
                }
            }

            return longest;
        }
    }
}
