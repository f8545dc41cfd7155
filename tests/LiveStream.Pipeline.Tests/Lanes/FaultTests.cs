using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.Pipeline.Tests.Lanes;

/// <summary>What a lane throws reaches everyone who waits for it; what a closed group held is not counted.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhatALaneThrowsReachesEveryCaller()
    {
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1, QueuedBatches = 1 }, _ => new ThrowingSink());
        var intake = engine.OpenGroup(0, 1);
        Feed(intake, 10_000, 20_000);
        var told = await Assert.ThrowsAsync<NotSupportedException>(() => engine.Faulted.WaitAsync(Limit));
        Assert.Equal("no room", told.Message);
        await Assert.ThrowsAsync<NotSupportedException>(() => engine.CompleteAsync().WaitAsync(Limit));
        Assert.ThrowsAny<Exception>(() => Feed(intake, 30_000, 40_000));
        await Assert.ThrowsAnyAsync<Exception>(() => engine.CloseGroupAsync(0).WaitAsync(Limit));
    }

    [Fact]
    public async Task AClosedGroupTakesItsPendingEventsWithIt()
    {
        var sink = new RecordingSink();
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
        var first = engine.OpenGroup(7, 1);
        Feed(first, 10_000, 10_100, 15_000, 15_100);
        await engine.CloseGroupAsync(7).WaitAsync(Limit);
        var c = engine.Counters;
        Assert.True(c.Balanced);
        Assert.Equal((2, 2, 0), (c.Read, c.Applied, c.Pending));

        var again = engine.OpenGroup(7, 1);
        Feed(again, 10_000, 10_100, 15_000, 15_100);
        again.SettleAll();
        again.Flush(CancellationToken.None);
        await engine.CompleteAsync();
        c = engine.Counters;
        Assert.Equal((6, 6, 0), (c.Read, c.Applied, c.Pending));
        Assert.Equal(4, sink.Last.Applied);
    }

    private static void Feed(GroupIntake intake, params long[] times)
    {
        foreach (var ts in times)
        {
            new TestEvent(EventType.Like, ts).AddTo(intake);
        }

        intake.Flush(CancellationToken.None);
    }

    private sealed class ThrowingSink : LaneSink
    {
        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session) => throw new NotSupportedException("no room");
    }
}
