using LiveStream.Pipeline.Lanes;
using LiveStream.Pipeline.Recovery;

namespace LiveStream.Pipeline.Intake;

/// <content>Where the group begins and what of it is kept: its image at a barrier.</content>
public sealed partial class GroupIntake
{
    /// <summary>Completes when the lanes hold what the image that the group was opened with holds.</summary>
    public Task Restored { get; private set; } = Task.CompletedTask;

    /// <summary>
    /// Time before which events of the group may be missing from its log, ms since the Unix epoch; null when nothing is. Set before the
    /// first event, kept by images.
    /// </summary>
    public long? LogCutBeforeMs { get; set; }

    /// <summary>
    /// Takes the image of the group behind everything added so far. Called on the reading thread, which goes on flushing; completes, on any
    /// thread, when every lane has passed the barrier.
    /// </summary>
    public Task<GroupImage> TakeImageAsync()
    {
        Seal();
        var image = new GroupImage
        {
            SettledMs = _settledMs,
            LogCutBeforeMs = LogCutBeforeMs,
            Partitions = [.. _partitions.Select(p => new PartitionPosition(p.NextOffset, p.LargestMs))],
            Sections = [],
        };
        var passed = new List<Task>(_outboxes.Length);
        foreach (var outbox in _outboxes)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            outbox.Send(new LaneMessage(LaneMessageKind.Barrier, _group, 0, GroupWatermarkMs, OffsetSum(), null, done));
            passed.Add(done.Task);
        }

        return After(Task.WhenAll(passed), image);
    }

    internal void Begin(GroupImage? image)
    {
        if (image is null)
        {
            return;
        }

        if (image.Partitions.Count != _partitions.Length)
        {
            throw new ArgumentException($"The image has {image.Partitions.Count} partitions and the group {_partitions.Length}.", nameof(image));
        }

        _settledMs = image.SettledMs;
        LogCutBeforeMs = image.LogCutBeforeMs;
        for (var i = 0; i < _partitions.Length; i++)
        {
            _partitions[i].NextOffset = image.Partitions[i].NextOffset;
            _partitions[i].LargestMs = image.Partitions[i].LargestMs;
            _largestMs = Math.Max(_largestMs, image.Partitions[i].LargestMs);
        }
    }

    private static async Task<GroupImage> After(Task passed, GroupImage image)
    {
        await passed.ConfigureAwait(false);
        return image;
    }
}
