using LiveStream.Metrics.Events;
using LiveStream.Metrics.Names;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Sessions;
using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>Live numbers of a room without a session: what waits.</summary>
public sealed class RoomEntryTests
{
    [Fact]
    public void WhatArrivesIsCountedUntilItDeparts()
    {
        var random = new Random(4);
        var names = new NameTable();
        var entry = new RoomEntry(new Room(new EngineOptions(), names, new SessionCaps(1, 1), names.Intern("r"u8)), 0);
        var live = new LiveFigures();
        var waiting = new List<RoomEvent>();
        var details = new EventDetail[100];
        var newestSecond = 0L;
        var inSecond = new Dictionary<long, int>();
        for (var i = 0; i < 2000; i++)
        {
            var e = new RoomEvent { Type = (EventType)random.Next(EventTypes.Count), TimeMs = 10_000 + (i * 7) + random.Next(3000), Count = random.Next(1, 9), Detail = i % 100 };
            details[i % 100].Value = e.Type == EventType.Payment ? random.NextInt64(100_000_000_000) : 0;
            entry.Arrive(e, details[i % 100].Value);
            waiting.Add(e);
            newestSecond = Math.Max(newestSecond, e.TimeMs / 1000);
            inSecond[e.TimeMs / 1000] = inSecond.GetValueOrDefault(e.TimeMs / 1000) + 1;
            entry.Fill(live, null);
            Assert.Equal(waiting.Where(w => w.Type == EventType.Like).Sum(w => w.Count), live.Events[(int)EventType.Like]);
            Assert.Equal(waiting.Count(w => w.Type == EventType.Payment), live.Payments);
            Assert.Equal(waiting.Where(w => w.Type == EventType.Payment).Sum(w => details[w.Detail].Value), (long)live.GmvMinor);
            Assert.Equal(waiting.Count(w => w.Type == EventType.Order), live.Orders);
            Assert.Equal((waiting.Count, inSecond[newestSecond]), (entry.Pending, live.PerSecond));
            if (waiting.Count == 100)
            {
                entry.Depart([.. waiting], details);
                waiting.Clear();
            }
        }
    }
}
