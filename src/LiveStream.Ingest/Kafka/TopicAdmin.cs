using Confluent.Kafka;
using Confluent.Kafka.Admin;
using LiveStream.Ingest.Native;

namespace LiveStream.Ingest.Kafka;

/// <summary>
/// Asks a cluster about topics, ends of partitions and limits, and creates topics. Used by <see cref="KafkaSource"/>, the
/// simulator, the demo and <c>doctor</c>; one connection, safe from any thread.
/// </summary>
public sealed class TopicAdmin : IDisposable
{
    private readonly IAdminClient _client;

    /// <summary>Prepares a connection to the brokers of <paramref name="options"/>; nothing is sent yet.</summary>
    public TopicAdmin(KafkaOptions options)
    {
        KafkaLibrary.EnsureLoaded();
        _client = new AdminClientBuilder(KafkaProperties.Admin(options))
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
    }

    /// <summary>Number of partitions of each of the topics that exist; those that do not are left out.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public IReadOnlyDictionary<string, int> Describe(IReadOnlyCollection<string> topics, TimeSpan limit)
    {
        var partitions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var topic in _client.GetMetadata(limit).Topics)
        {
            if (topics.Contains(topic.Topic) && topic.Error.Code == ErrorCode.NoError)
            {
                partitions[topic.Topic] = topic.Partitions.Count;
            }
        }

        return partitions;
    }

    /// <summary>Creates those of the topics that do not exist, with the brokers' default replication; returns their names.</summary>
    /// <exception cref="KafkaSourceException">The brokers refuse; one sentence.</exception>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public async Task<IReadOnlyList<string>> CreateMissingAsync(IReadOnlyCollection<string> topics, int partitions, TimeSpan limit)
    {
        var existing = await Task.Run(() => Describe(topics, limit)).ConfigureAwait(false);
        var missing = topics.Where(topic => !existing.ContainsKey(topic)).ToArray();
        if (missing.Length == 0)
        {
            return missing;
        }

        try
        {
            await _client.CreateTopicsAsync(
                missing.Select(topic => new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }),
                new CreateTopicsOptions { RequestTimeout = limit, OperationTimeout = limit }).ConfigureAwait(false);
        }
        catch (CreateTopicsException error)
        {
            var refused = error.Results.FirstOrDefault(result => result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists);
            if (refused is not null)
            {
                throw new KafkaSourceException($"Topic {refused.Topic} could not be created: {refused.Error.Reason}.", error);
            }
        }

        return missing;
    }

    /// <summary>A setting of a broker, such as <c>group.min.session.timeout.ms</c>; null when it does not tell.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public async Task<string?> BrokerSettingAsync(string name, TimeSpan limit)
    {
        var broker = (await Task.Run(() => _client.GetMetadata(limit)).ConfigureAwait(false)).Brokers[0];
        var resource = new ConfigResource { Type = ResourceType.Broker, Name = broker.BrokerId.ToString() };
        var results = await _client.DescribeConfigsAsync([resource], new DescribeConfigsOptions { RequestTimeout = limit }).ConfigureAwait(false);
        return results[0].Entries.TryGetValue(name, out var entry) ? entry.Value : null;
    }

    /// <summary>The end of each partition as a reader of committed records sees it; partitions whose leader does not answer are left out.</summary>
    internal async Task<IReadOnlyList<TopicPartitionOffset>> EndsAsync(IEnumerable<TopicPartition> partitions, TimeSpan limit)
    {
        var wanted = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() });
        var options = new ListOffsetsOptions { RequestTimeout = limit, IsolationLevel = IsolationLevel.ReadCommitted };
        try
        {
            var result = await _client.ListOffsetsAsync(wanted, options).ConfigureAwait(false);
            return [.. result.ResultInfos.Select(info => info.TopicPartitionOffsetError.TopicPartitionOffset)];
        }
        catch (ListOffsetsException error)
        {
            return [.. error.Result.ResultInfos.Where(info => !info.TopicPartitionOffsetError.Error.IsError)
                .Select(info => info.TopicPartitionOffsetError.TopicPartitionOffset)];
        }
    }

    /// <summary>What the brokers have of each partition, in the order asked for.</summary>
    /// <exception cref="KafkaException">A leader did not answer in time.</exception>
    public async Task<IReadOnlyList<LogBounds>> BoundsAsync(IReadOnlyList<TopicPartition> partitions, TimeSpan limit)
    {
        var first = await OffsetsAsync(partitions, OffsetSpec.Earliest(), limit).ConfigureAwait(false);
        var end = await OffsetsAsync(partitions, OffsetSpec.Latest(), limit).ConfigureAwait(false);
        return [.. partitions.Select(partition => new LogBounds(first[partition], end[partition]))];
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(
        IReadOnlyList<TopicPartition> partitions, OffsetSpec spec, TimeSpan limit)
    {
        var wanted = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec });
        var options = new ListOffsetsOptions { RequestTimeout = limit, IsolationLevel = IsolationLevel.ReadCommitted };
        try
        {
            var result = await _client.ListOffsetsAsync(wanted, options).ConfigureAwait(false);
            return result.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
        }
        catch (ListOffsetsException error)
        {
            throw new KafkaException(error.Result.ResultInfos.First(info => info.TopicPartitionOffsetError.Error.IsError).TopicPartitionOffsetError.Error, error);
        }
    }
}
