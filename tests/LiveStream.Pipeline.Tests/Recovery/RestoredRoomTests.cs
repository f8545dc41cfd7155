using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Pipeline.Options;

namespace LiveStream.Pipeline.Tests.Recovery;

/// <summary>What a sink sees of rooms that were restored.</summary>
public sealed class RestoredRoomTests
{
    private const long Start = 1_700_000_000_000;

    [Fact]
    public async Task A_quiet_room_is_shown_at_once_as_it_was_settled()
    {
        var before = new RecordingSink();
        var after = new RecordingSink();
        await using var first = Engine(before);
        await using var second = Engine(after);
        var intake = first.OpenGroup(3, 1);
        for (var i = 0; i < 10; i++)
        {
            new TestEvent(EventType.Like, Start + (i * 1000)) { Room = "quiet", User = $"u{i}" }.AddTo(intake);
        }

        var taking = intake.TakeImageAsync();
        intake.Flush(TestContext.Current.CancellationToken);
        var image = await taking;

        var restored = second.OpenGroup(3, 1, image);
        restored.Flush(TestContext.Current.CancellationToken);
        await restored.Restored;
        second.Tick(Start);
        await second.CompleteAsync();
        var shown = Assert.Single(after.Snapshots);
        Assert.True(shown.Shown);
        Assert.Equal(before.LastOf("quiet", "default").Json, shown.Json);
        Assert.Equal(("quiet", 10), (Assert.Single(after.Live).Room, after.Live[0].Like));
    }

    private static StreamEngine Engine(RecordingSink sink) => new(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => sink);
}
