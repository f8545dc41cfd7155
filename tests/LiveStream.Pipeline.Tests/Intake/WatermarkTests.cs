using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Intake;

/// <summary>Lateness, moving, idleness and settling at the door of a group.</summary>
public sealed class WatermarkTests : IAsyncLifetime
{
    private readonly RecordingSink _sink = new();
    private StreamEngine _engine = null!;

    public ValueTask InitializeAsync()
    {
        _engine = Create(2000);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task EventsBeforeTheLatenessHavePassedSettleNothing()
    {
        var intake = _engine.OpenGroup(0, 1);
        Like(1).AddTo(intake);
        Like(1999).AddTo(intake);
        intake.Flush(CancellationToken.None);
        Assert.Equal(long.MinValue, intake.SettledMs);
        Assert.Equal(-1, intake.GroupWatermarkMs);
        Like(3000).AddTo(intake);
        intake.Flush(CancellationToken.None);
        Assert.Equal(1000, intake.SettledMs);
        await _engine.CompleteAsync();
        Assert.Equal((1000, 1), (_sink.Last.AsOfMs, _sink.Last.Applied));
    }

    [Fact]
    public async Task AGroupReadFromFarBackSettlesSeveralSecondsAtATime()
    {
        var intake = _engine.OpenGroup(0, 1);
        intake.IsBehind = true;
        Assert.Equal([1_000, 1_000, 1_000, 9_000, 9_000], new[] { 3_000, 4_500, 10_999, 11_000, 12_000 }.Select(SettledAfter));
        intake.IsBehind = false;
        Assert.Equal([10_000, 11_000], new[] { 12_100, 13_000 }.Select(SettledAfter));
        intake.IsBehind = true;
        Assert.Equal(11_000, SettledAfter(14_000));
        intake.SettleAll();
        Assert.Equal(15_000, intake.SettledMs);
        await _engine.CompleteAsync();

        long SettledAfter(int likeMs)
        {
            Like(likeMs).AddTo(intake);
            intake.Flush(CancellationToken.None);
            return intake.SettledMs;
        }
    }

    /// <summary>Events that wait only because nobody waits for them do not cost others their place, be all of them one lane's.</summary>
    [Fact]
    public async Task AGroupReadFromFarBackSettlesEarlierWhenMuchWaitsInALane()
    {
        const int Lanes = 8;
        await using var engine = new StreamEngine(
            new EngineOptions { LatenessMs = 2_000, Caps = new CapOptions { MaxPendingEvents = Lanes * 100 } }, new PipelineOptions { Lanes = Lanes }, _ => new RecordingSink());
        var intake = engine.OpenGroup(0, 1);
        intake.IsBehind = true;
        for (var timeMs = 10_000; timeMs < 60_000; timeMs += 40)
        {
            Like(timeMs).AddTo(intake);
            intake.Flush(CancellationToken.None);

            // Returns when the lanes have handled what came before.
            await engine.CloseGroupAsync(1);
        }

        intake.EndPartition(0);
        intake.Flush(CancellationToken.None);
        await engine.CompleteAsync();
        Assert.Equal((1_250, 0), (engine.Counters.Applied, engine.Counters.Rejected));
    }

    /// <summary>What one partition has kept from long ago says nothing of what another one has lost since.</summary>
    [Theory]
    [InlineData(long.MinValue, 90_000, 40_000)]
    [InlineData(90_000, 90_000, 40_000)]
    [InlineData(90_000, long.MinValue, 1_000)]
    [InlineData(90_000, 30_000, 30_000)]
    public async Task SessionsAreWholeAfterTheLatestOfWhatPartitionsHaveLost(long firstLostUpToMs, long secondLostUpToMs, long lostUpToMs)
    {
        var intake = _engine.OpenGroup(0, 2, null, [firstLostUpToMs, secondLostUpToMs]);
        Like(1_000).AddTo(intake, partition: 0, recordTimestampMs: 1_000);
        Like(39_000).AddTo(intake, partition: 1, recordTimestampMs: 40_000);
        Like(45_000).AddTo(intake, partition: 0, recordTimestampMs: 45_000);
        Like(45_000).AddTo(intake, partition: 1, recordTimestampMs: 45_000);
        intake.Flush(CancellationToken.None);
        var taking = intake.TakeImageAsync();
        intake.Flush(CancellationToken.None);
        Assert.Equal(lostUpToMs + new EngineOptions().SessionIdleMs + 1, (await taking).WholeFromMs);
        await _engine.CompleteAsync();
    }

    /// <summary>A session that has had its <c>end</c> goes on after half an hour of quiet, however short the quiet is that ends others (world 950).</summary>
    [Theory]
    [InlineData(1, 30)]
    [InlineData(45, 45)]
    public async Task WhatWasLostMayHaveEndedASession(int idleMinutes, int expectedMinutes)
    {
        await using var engine = new StreamEngine(new EngineOptions { SessionIdleMinutes = idleMinutes }, new PipelineOptions { Lanes = 1 }, _ => new RecordingSink());
        var intake = engine.OpenGroup(0, 1, null, [40_000]);
        Like(45_000).AddTo(intake, partition: 0, recordTimestampMs: 45_000);
        intake.Flush(CancellationToken.None);
        var taking = intake.TakeImageAsync();
        intake.Flush(CancellationToken.None);
        Assert.Equal(40_000 + (expectedMinutes * 60_000L) + 1, (await taking).WholeFromMs);
        await engine.CompleteAsync();
    }

    [Fact]
    public async Task TheLastRepresentableTimeSettles()
    {
        const long Limit = 253_402_300_799_999;
        var intake = _engine.OpenGroup(0, 1);
        Like(1).AddTo(intake);
        Like(Limit).AddTo(intake);
        intake.Flush(CancellationToken.None);
        intake.SettleAll();
        intake.Flush(CancellationToken.None);
        await _engine.CompleteAsync();
        Assert.Equal(Limit + 1, intake.SettledMs);
        Assert.Equal((Limit, Limit + 1, 1), (_sink.Last.StartMs, _sink.Last.AsOfMs, _sink.Last.Applied));
        Assert.Single(_sink.Over);
    }

    [Fact]
    public async Task WithoutLatenessEverythingBehindIsLateAndMoneyIsMoved()
    {
        await using var engine = Create(0);
        var intake = engine.OpenGroup(0, 1);
        Like(10_500).AddTo(intake);
        Like(10_500).AddTo(intake);
        Like(10_499).AddTo(intake);
        TestEvent.Payment(10_499, 7).AddTo(intake);
        intake.EndPartition(0);
        intake.Flush(CancellationToken.None);
        await engine.CompleteAsync();
        var c = engine.Counters;
        Assert.Equal((4, 3, 1, 1, 0), (c.Read, c.Applied, c.Late, c.Moved, c.LateIdle));
    }

    [Fact]
    public void OneClockThatIsFastMakesNobodyLate()
    {
        var intake = _engine.OpenGroup(0, 1);
        Like(70_000).AddTo(intake, 0, recordTimestampMs: 11_000);
        Like(10_000).AddTo(intake, 0, recordTimestampMs: 11_100);
        Assert.Equal(9_000, intake.WatermarkMs(0));
        Assert.Equal(0, _engine.Counters.Late);
        intake.SettleAll();
        Assert.Equal(71_000, intake.SettledMs);
    }

    [Fact]
    public void APartitionThatNeverHadAnEventHoldsTheGroupUpUntilItIsIdleOrEnds()
    {
        var intake = _engine.OpenGroup(0, 3);
        Like(50_000).AddTo(intake, 0);
        intake.TryFlush();
        Assert.Equal(long.MinValue, intake.GroupWatermarkMs);
        intake.SetIdle(1, true);
        Assert.Equal(long.MinValue, intake.GroupWatermarkMs);
        intake.EndPartition(2);
        Assert.Equal(48_000, intake.GroupWatermarkMs);
        Like(40_000).AddTo(intake, 1);
        Assert.Equal(38_000, intake.GroupWatermarkMs);
        intake.SetIdle(0, true);
        intake.SetIdle(1, true);
        Assert.Equal(48_000, intake.GroupWatermarkMs);
    }

    [Fact]
    public async Task WhatAnIdlePartitionBringsTooLateIsCountedAndMoneyMovesToTheSettledTime()
    {
        var intake = _engine.OpenGroup(0, 2);
        Like(10_000).AddTo(intake, 1);
        intake.SetIdle(1, true);
        Like(30_000).AddTo(intake, 0);
        intake.Flush(CancellationToken.None);
        Assert.Equal(28_000, intake.SettledMs);
        Like(9_000).AddTo(intake, 1);
        Like(7_000).AddTo(intake, 1);
        TestEvent.Payment(20_000, 5, "a").AddTo(intake, 1);
        TestEvent.Payment(3_000, 5, "b").AddTo(intake, 1);
        Like(28_000).AddTo(intake, 1);
        intake.SettleAll();
        intake.Flush(CancellationToken.None);
        await _engine.CompleteAsync();
        var c = _engine.Counters;

        // The like of 7,000 is late by its own partition's 18,000 - 2,000 as well, so timing decided nothing about it; both payments landed at 28,000.
        Assert.Equal((7, 5, 2, 2, 3), (c.Read, c.Applied, c.Late, c.Moved, c.LateIdle));
        Assert.Equal(10, _sink.Last.GmvMinor);
        Assert.Equal(31_000, _sink.Last.AsOfMs);
    }

    [Fact]
    public async Task EverythingSettlesWhenAllPartitionsHaveLongBeenIdle()
    {
        var intake = _engine.OpenGroup(0, 1);
        Like(10_000).AddTo(intake);
        Like(11_000).AddTo(intake);
        intake.SettleAll();
        intake.Flush(CancellationToken.None);
        await _engine.CompleteAsync();
        Assert.Equal((12_000, 2), (_sink.Last.AsOfMs, _sink.Last.Applied));
        Assert.Equal(0, _engine.Counters.Pending);
    }

    [Fact]
    public async Task TheCountersBalanceAtEveryMoment()
    {
        var intake = _engine.OpenGroup(0, 1);
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() =>
        {
            for (var watched = 0; !stop.IsCancellationRequested || watched == 0; watched++)
            {
                var c = _engine.Counters;
                Assert.True(c.Balanced && c.Pending >= 0, c.ToString());
            }
        });
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var ts = 10_000 + (i * 5) - random.Next(3000);
            var e = random.Next(4) == 0 ? TestEvent.Payment(ts, 1) with { Id = $"{random.Next(500)}" } : Like(ts);
            e.AddTo(intake);
            if (i % 100 == 0)
            {
                intake.Reject(RejectReason.Json);
                intake.Flush(CancellationToken.None);
            }
        }

        intake.EndPartition(0);
        intake.Flush(CancellationToken.None);
        await _engine.CompleteAsync();
        await stop.CancelAsync();
        await watching;
        var end = _engine.Counters;
        Assert.Equal((20_200, 0, 200), (end.Read, end.Pending, end.Rejected));
        Assert.True(end is { Late: > 0, Duplicate: > 0, Moved: > 0 });
    }

    private static TestEvent Like(long ts) => new(EventType.Like, ts);

    private StreamEngine Create(int latenessMs) =>
        new(new EngineOptions { LatenessMs = latenessMs }, new PipelineOptions { Lanes = 1 }, _ => _sink);
}
