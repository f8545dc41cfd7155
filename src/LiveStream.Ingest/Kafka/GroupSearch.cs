using Confluent.Kafka;
using LiveStream.Pipeline.Recovery;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Finds what an assigned group begins with: its kept or stored state, if the brokers have what comes next, else the earliest records. Works on
/// pool threads for any number of groups at once; the reading thread takes the answers.
/// </summary>
/// <param name="hooks">Where state comes from.</param>
/// <param name="bounds">Asks the brokers what they have of partitions.</param>
/// <param name="time">Clock of retries.</param>
/// <param name="log">For what is in the way.</param>
internal sealed class GroupSearch(
    GroupHooks hooks, Func<IReadOnlyList<TopicPartition>, Task<IReadOnlyList<LogBounds>>> bounds, TimeProvider time, ILogger log)
{
    private const int LooksAtEnd = 10;

    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(500);

    private readonly Throttle _throttle = new(new MonotonicClock(time));

    /// <summary>What the group begins with.</summary>
    /// <param name="number">Number of the group.</param>
    /// <param name="partitions">By topic.</param>
    /// <param name="kept">The group as the lanes hold it from before this rebalance, or null.</param>
    /// <param name="gone">The group was taken away again.</param>
    public async Task<GroupBegin> FindAsync(int number, IReadOnlyList<TopicPartition> partitions, PartitionGroup? kept, CancellationToken gone)
    {
        if (kept is not null && hooks.Renew is not null && await hooks.Renew(number, gone).ConfigureAwait(false))
        {
            return new GroupBegin(null, kept, [], "what the lanes hold");
        }

        var looking = LookAsync(partitions, gone);
        var origin = hooks.Restore is null ? new GroupOrigin(null, "nothing is kept") : await hooks.Restore(number, gone).ConfigureAwait(false);
        var logs = await looking.ConfigureAwait(false);
        if (origin.Image is not { } image)
        {
            return new GroupBegin(null, null, logs, origin.Text);
        }

        for (var look = 1; !Ends(image, logs) && look < LooksAtEnd; look++)
        {
            // A partition that has just changed its leader may not know its whole end yet.
            await Task.Delay(RetryEvery, time, gone).ConfigureAwait(false);
            logs = await LookAsync(partitions, gone).ConfigureAwait(false);
        }

        for (var topic = 0; topic < logs.Count; topic++)
        {
            var next = image.Partitions[topic].NextOffset;
            if (!logs[topic].Has(next))
            {
                log.LogError(
                    "Kafka has {Partition} from offset {First} to {End}, and {Origin} goes on at {Next}: what lay between is lost to the numbers.",
                    partitions[topic], logs[topic].First, logs[topic].End, origin.Text, next);
                return new GroupBegin(null, null, logs, $"{origin.Text} does not fit what Kafka has");
            }
        }

        return new GroupBegin(image, null, logs, origin.Text);
    }

    /// <summary>Begins at the earliest records, whatever is kept.</summary>
    public async Task<GroupBegin> FindLogAsync(IReadOnlyList<TopicPartition> partitions, string why, CancellationToken gone) =>
        new(null, null, await LookAsync(partitions, gone).ConfigureAwait(false), why);

    private static bool Ends(GroupImage image, IReadOnlyList<LogBounds> logs)
    {
        for (var topic = 0; topic < logs.Count; topic++)
        {
            if (image.Partitions[topic].NextOffset > logs[topic].End)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<IReadOnlyList<LogBounds>> LookAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken gone)
    {
        while (true)
        {
            try
            {
                return await bounds(partitions).ConfigureAwait(false);
            }
            catch (KafkaException error)
            {
                if (_throttle.Allows(nameof(LookAsync)))
                {
                    log.LogWarning("Kafka does not say what it has of {Partition} ({Reason}); trying on, its rooms wait.", partitions[0], error.Error.Reason);
                }
            }

            await Task.Delay(RetryEvery, time, gone).ConfigureAwait(false);
        }
    }
}
