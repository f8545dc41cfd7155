using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Waits for the topics of the configuration, requires that all have the same number of partitions, and notices later when
/// that number changes. Used by <see cref="KafkaSource"/> on its own thread.
/// </summary>
internal sealed class TopicWatch(KafkaOptions options, TopicAdmin admin, BrokerComplaints complaints, MonotonicClock clock, ILogger log)
{
    private const int CheckEveryMs = 15_000;
    private const int RetryMs = 500;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Throttle _throttle = new(clock);
    private readonly string[] _topics = [.. options.Topics.Select(topic => topic.Name)];
    private Task<IReadOnlyDictionary<string, int>>? _checking;
    private long _nextCheckMs;

    /// <summary>Waits until every topic exists; returns their number of partitions, or 0 when stopped.</summary>
    /// <exception cref="KafkaSourceException">The topics differ in their number of partitions.</exception>
    public int WaitForTopics(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var existing = admin.Describe(_topics, Limit);
                complaints.Reached();
                var missing = _topics.Where(topic => !existing.ContainsKey(topic)).ToArray();
                if (missing.Length == 0)
                {
                    _nextCheckMs = clock.NowMs + CheckEveryMs;
                    return CommonCount(existing);
                }

                if (_throttle.Allows("missing"))
                {
                    log.LogWarning(
                        "Kafka at {Servers} has no topic {Missing}; waiting until it is created (or change Kafka:Topics).",
                        options.BootstrapServers, string.Join(", ", missing));
                }
            }
            catch (KafkaException error)
            {
                complaints.NotReached(error.Error.Reason);
            }

            stop.WaitHandle.WaitOne(RetryMs);
        }

        return 0;
    }

    /// <summary>Looks now and then, in the background, whether the number of partitions is still <paramref name="partitions"/>.</summary>
    /// <exception cref="KafkaSourceException">It is not.</exception>
    public void Check(int partitions)
    {
        if (_checking is null)
        {
            if (clock.NowMs >= _nextCheckMs)
            {
                _nextCheckMs = clock.NowMs + CheckEveryMs;
                _checking = Task.Run(() => admin.Describe(_topics, Limit));
            }

            return;
        }

        if (!_checking.IsCompleted)
        {
            return;
        }

        var checkedNow = _checking;
        _checking = null;
        if (checkedNow.IsFaulted)
        {
            log.LogDebug("Kafka did not describe its topics: {Reason}", checkedNow.Exception.InnerException!.Message);
            return;
        }

        foreach (var (topic, count) in checkedNow.Result)
        {
            if (count != partitions)
            {
                throw new KafkaSourceException(
                    $"Topic {topic} has {count} partitions now and had {partitions}: rooms have moved between partitions; create the topics anew with the number you want and start again.");
            }
        }
    }

    private static int CommonCount(IReadOnlyDictionary<string, int> counts)
    {
        var least = counts.MinBy(topic => topic.Value);
        var most = counts.MaxBy(topic => topic.Value);
        return least.Value == most.Value ? least.Value : throw new KafkaSourceException(
            $"Topic {least.Key} has {least.Value} partitions and topic {most.Key} has {most.Value}: a room's events meet only when all topics have the same number; create them so.");
    }
}
