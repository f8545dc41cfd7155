using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>Slices and live numbers of a room without a session: what waits.</summary>
public sealed class RoomEntryTests
{
    [Theory]
    [InlineData(4, 3000, 10)]
    [InlineData(5, 20_000, 1)]
    [InlineData(6, 1, 3)]
    public void WhatArrivesIsCountedUntilItDeparts(int seed, int disorderMs, int asked)
    {
        var random = new Random(seed);
        var entry = NewEntry();
        var (live, numbers, batch) = (new LiveFigures(), new NameNumbers(), new EventBatch(1));
        var waiting = new List<TestEvent>();
        var (newestMs, settledMs) = (0L, 0L);
        var inSecond = new Dictionary<long, int>();
        for (var i = 0; i < 3000; i++)
        {
            var e = Event(random, Math.Max(settledMs, 30_000 + (i * 7) - random.Next(disorderMs)));
            batch.Begin(numbers, 0);
            e.AddTo(batch, numbers);
            entry.SliceOf(e.TimeMs).Append(batch.Events[0], batch);
            batch.Clear();
            waiting.Add(e);
            newestMs = Math.Max(newestMs, e.TimeMs);
            inSecond[e.TimeMs / 1000] = inSecond.GetValueOrDefault(e.TimeMs / 1000) + 1;
            Assert.Equal((waiting.Count, newestMs), (entry.Pending, entry.AtMs));
            Assert.Equal(waiting.Select(w => w.TimeMs / 1000 * 1000).Distinct().Order(), entry.Slices.Select(s => s.StartMs));

            // Some slices leave without ever having been looked at, some were looked at when they were half full.
            if (random.Next(asked) == 0)
            {
                entry.Fill(live, null);
                Check(live, waiting, newestMs, inSecond[newestMs / 1000]);
            }

            if (random.Next(200) == 0)
            {
                settledMs = entry.Slices[0].StartMs + 1000;
                var slice = entry.TakeOldest();
                Assert.Equal(waiting.Where(w => w.TimeMs < settledMs).Select(w => w.TimeMs), slice.Events.ToArray().Select(x => x.TimeMs));
                waiting.RemoveAll(w => w.TimeMs < settledMs);
                entry.Return(slice);
            }
        }
    }

    [Fact]
    public void SlicesThatWereReturnedAreUsedAgainAndAFewAreLeftWhenSecondsSettleOneByOne()
    {
        var entry = NewEntry();
        var (numbers, batch) = (new NameNumbers(), new EventBatch(1));
        batch.Begin(numbers, 0);
        new TestEvent(EventType.Like, 1).AddTo(batch, numbers);
        var used = new HashSet<RoomSlice>();
        for (var second = 0; second < 200; second++)
        {
            if (second == 100)
            {
                // Nine at a time in ten rounds, all of which are kept.
                Assert.Equal(9, used.Count);
                for (var settle = 0; settle < 20; settle++)
                {
                    entry.TrimSpares();
                }
            }

            var slice = entry.SliceOf(second * 1000);
            Assert.Equal((0, true, second * 1000), (slice.Count, slice.InOrder, slice.StartMs));
            slice.Append(batch.Events[0] with { TimeMs = second * 1000 }, batch);
            used.Add(slice);
            if (second % 10 > 7)
            {
                while (entry.Slices.Count > 0)
                {
                    entry.Return(entry.TakeOldest());
                }
            }
        }

        // Four of them were left, and nine at a time needed again.
        Assert.Equal(9 + 5, used.Count);
    }

    private static RoomEntry NewEntry()
    {
        var names = new NameTable();
        return new RoomEntry(new Room(new EngineOptions(), names, new SessionCaps(1, 1), names.Intern("r"u8)));
    }

    private static TestEvent Event(Random random, long timeMs) =>
        new((EventType)random.Next(EventTypes.Count), timeMs) { Count = random.Next(1, 9), Amount = random.NextInt64(100_000_000_000) };

    private static void Check(LiveFigures live, List<TestEvent> waiting, long newestMs, int perSecond)
    {
        int Count(EventType type) => waiting.Count(w => w.Type == type);

        Assert.Equal(waiting.Where(w => w.Type == EventType.Like).Sum(w => w.Count), live.Events[(int)EventType.Like]);
        Assert.Equal(waiting.Where(w => w.Type == EventType.Gift).Sum(w => w.Count), live.Events[(int)EventType.Gift]);
        Assert.Equal(Count(EventType.Vote), live.Events[(int)EventType.Vote]);
        Assert.Equal((Count(EventType.Payment), Count(EventType.Order)), (live.Payments, live.Orders));
        Assert.Equal(waiting.Where(w => w.Type == EventType.Payment).Sum(w => w.Amount), (long)live.GmvMinor);
        Assert.Equal(Count(EventType.Enter) - Count(EventType.Leave), live.Online);
        Assert.Equal((newestMs, perSecond), (live.AtMs, live.PerSecond));
    }
}
