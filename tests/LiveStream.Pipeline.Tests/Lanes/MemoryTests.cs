using System.Runtime.CompilerServices;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Batches;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>What is over leaves memory, and a lane that has what it needs asks for no more.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class MemoryTests
{
    private static readonly EventType[] Watching = [EventType.Enter, EventType.Heartbeat, EventType.Like, EventType.Barrage, EventType.Leave];

    [Fact]
    public void SessionsAndRoomsThatAreOverLeave()
    {
        var lane = new SingleLane(new EngineOptions { SessionIdleMinutes = 1 });
        var sessions = Fill(lane);
        Assert.Equal(40, sessions.Count);
        lane.Take(new TestEvent(EventType.Like, 500_000) { Room = "last" }).Settle(501_000);
        Assert.Equal((1, 1, 1), (lane.Group.Rooms.Count, lane.Caps.Rooms, lane.Caps.Viewers));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal(0, sessions.Count(s => s.IsAlive));
    }

    // Taking in, ordering (whatever the order of arrival), applying, settling, filling and live numbers. Measured where everything that a session has
    // to remember is known and no list of its curve is about to grow.
    [Theory]
    [InlineData(CadenceKind.EverySettledSecond, 1.0)]
    [InlineData(CadenceKind.EverySettledSecond, 0.02)]
    [InlineData(CadenceKind.Live, 0.0)]
    [InlineData(CadenceKind.Live, 1.0)]
    public void SteadyStateAllocatesNothing(CadenceKind kind, double late)
    {
        var sink = new IgnoringSink();
        var lane = new SingleLane(null, new SnapshotCadence(kind, 1000), sink);
        var random = new Random(5);
        var batch = new EventBatch(2000);
        var bytes = 0L;
        const int Seconds = 1900;
        const int Warm = 1300;
        for (var second = 0; second < Seconds; second++)
        {
            batch.Begin(lane.Numbers, 0);
            for (var i = 0; i < 200; i++)
            {
                var ms = random.NextDouble() < late ? random.Next(1000) : i * 5;
                Made(random, second, ms).AddTo(batch, lane.Numbers);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            lane.Group.TakeIn(batch);
            batch.Clear();
            lane.Settle(1_000_000_000 + (second * 1000));
            lane.Group.HandOutLive(0, 0);
            bytes += second >= Warm ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
        }

        Assert.True(sink.Snapshots > Seconds);
        Assert.Equal(0, bytes);
    }

    [Fact]
    public void WatchingInSteadyStateAllocatesNothingAtAll()
    {
        var lane = new SingleLane(null, SnapshotCadence.EverySecond, new IgnoringSink());
        var random = new Random(6);
        var batch = new EventBatch(2000);
        var bytes = 0L;
        for (var second = 0; second < 5400; second++)
        {
            batch.Begin(lane.Numbers, 0);
            for (var i = 0; i < 50; i++)
            {
                new TestEvent(Watching[random.Next(Watching.Length)], 1_000_000_000 + (second * 1000) + random.Next(1000)) { User = $"u{random.Next(100)}" }
                    .AddTo(batch, lane.Numbers);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            lane.Group.TakeIn(batch);
            batch.Clear();
            lane.Settle(1_000_000_000 + (second * 1000));
            bytes += second >= 4900 ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
        }

        Assert.Equal(0, bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Fill(SingleLane lane)
    {
        for (var room = 0; room < 20; room++)
        {
            lane.Take(Enumerable.Range(0, 50).Select(i => new TestEvent(EventType.Click, 10_000 + i) { Room = $"r{room}", Session = $"s{i % 2}", User = $"u{i}", Product = $"p{i}" }));
        }

        lane.Settle(11_000);
        return [.. lane.Group.Rooms.SelectMany(r => r.Room.Open).SelectMany(s => new object[] { s }).Select(s => new WeakReference(s))];
    }

    // Products come into fashion and go out of it, all of them within the time of warming up; so few that every one is a candidate of the rankings,
    // which else make room to choose anew from all when they first have to.
    private static TestEvent Made(Random random, int second, int ms) => new((EventType)random.Next((int)EventType.Start), 1_000_000_000 + (second * 1000) + ms)
    {
        Room = $"r{random.Next(3)}",
        User = $"u{random.Next(60)}",
        Product = $"p{((second / 30) + random.Next(20)) % 40}",
        Id = random.Next(10) == 0 ? $"i{random.Next(5)}" : "",
        Order = $"o{random.Next(5)}",
        Channel = "feed",
        Amount = 100,
    };

    private sealed class IgnoringSink : LaneSink
    {
        public long Snapshots { get; private set; }

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session) => Snapshots++;
    }
}
