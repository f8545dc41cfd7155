using Confluent.Kafka;
using LiveStream.Ingest.Kafka;

namespace LiveStream.App.Doctor;

/// <summary>Looks at the last records of a few partitions, without a group and without committing, to see which partitioner made them.</summary>
internal static class RecordSample
{
    private const int MaxPartitions = 64;
    private const int RecordsPerPartition = 20;

    /// <summary>Reads the sample.</summary>
    /// <param name="options">Brokers, topics, properties.</param>
    /// <param name="partitions">Partitions of each topic.</param>
    /// <param name="limit">Longest time to read.</param>
    public static PartitionerEvidence Look(KafkaOptions options, IReadOnlyDictionary<string, int> partitions, TimeSpan limit)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = $"{options.GroupId}-doctor",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            LogConnectionClose = false,
        };
        foreach (var (name, value) in options.Properties)
        {
            config.Set(name, value);
        }

        using var consumer = new ConsumerBuilder<byte[], Ignore>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        var tails = new List<TopicPartitionOffset>();
        foreach (var partition in partitions.SelectMany(topic => Enumerable.Range(0, topic.Value).Select(number => new TopicPartition(topic.Key, number))).Take(MaxPartitions))
        {
            var range = consumer.QueryWatermarkOffsets(partition, limit);
            if (range.High.Value > range.Low.Value)
            {
                tails.Add(new TopicPartitionOffset(partition, Math.Max(range.Low.Value, range.High.Value - RecordsPerPartition)));
            }
        }

        var evidence = new PartitionerEvidence();
        consumer.Assign(tails);
        var started = TimeProvider.System.GetTimestamp();
        for (var open = tails.Count; open > 0 && TimeProvider.System.GetElapsedTime(started) < limit;)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } record)
            {
                continue;
            }

            if (record.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                evidence.Observe(record.Message.Key ?? [], record.Partition.Value, partitions[record.Topic]);
            }
        }

        consumer.Close();
        return evidence;
    }
}
