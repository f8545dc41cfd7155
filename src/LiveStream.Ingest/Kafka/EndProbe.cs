using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Asks the brokers where logs end, one question at a time, without holding the reading thread up. Owned by that thread.
/// </summary>
internal sealed class EndProbe(TopicAdmin admin, ILogger log)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private Task<IReadOnlyList<TopicPartitionOffset>>? _asking;
    private bool _outdated;

    /// <summary>When the last question was asked.</summary>
    public long AskedAtMs { get; private set; } = -1_000_000;

    /// <summary>Whether an answer is awaited.</summary>
    public bool IsAsking => _asking is not null;

    /// <summary>Asks for the ends of all partitions of the groups; only when nothing is being asked.</summary>
    public void Ask(IEnumerable<TopicPartition> partitions, long now)
    {
        AskedAtMs = now;
        _outdated = false;
        _asking = admin.EndsAsync([.. partitions], Limit);
    }

    /// <summary>The answer that is awaited must not be used: partitions changed, or the process stood still.</summary>
    public void Forget() => _outdated = true;

    /// <summary>Takes an answer that has come; empty when there is none, or no broker gave one.</summary>
    public IReadOnlyList<TopicPartitionOffset> Take()
    {
        if (_asking is not { IsCompleted: true } answered)
        {
            return [];
        }

        _asking = null;
        if (answered.IsFaulted)
        {
            log.LogDebug("Kafka did not say where its logs end: {Reason}", answered.Exception.InnerException!.Message);
            return [];
        }

        return _outdated ? [] : answered.Result;
    }
}
