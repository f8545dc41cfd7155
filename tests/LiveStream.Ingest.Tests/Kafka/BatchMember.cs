using Confluent.Kafka;
using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

/// <summary>
/// A consumer whose records come in batches, as a session uses it; keeps copies of what came, and checks as it goes that a partition's offsets
/// follow one another and that nothing comes of a partition that is not assigned.
/// </summary>
internal sealed class BatchMember : IDisposable
{
    private readonly Dictionary<TopicPartition, long> _next = [];
    private readonly string[] _topics;
    private readonly LogProbe _log = new();
    private readonly BatchQueue _batches;

    public BatchMember(string servers, string group, string[] topics, int start = 0)
    {
        _topics = topics;
        var options = new KafkaOptions { BootstrapServers = servers, GroupId = group };
        Consumer = new ConsumerBuilder<byte[], byte[]>(KafkaProperties.Consumer(options))
            .SetLogHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, assigned) =>
            {
                _batches!.Take(assigned);
                Rebalances++;
                assigned.ForEach(partition => _next[partition] = start);
                return assigned.Select(partition => new TopicPartitionOffset(partition, start));
            })
            .SetPartitionsRevokedHandler((_, revoked) => revoked.ForEach(partition => _next.Remove(partition.TopicPartition)))
            .SetPartitionsLostHandler((_, lost) => lost.ForEach(partition => _next.Remove(partition.TopicPartition)))
            .Build();
        _batches = BatchQueue.TryOpen(Consumer, topic => Array.IndexOf(topics, topic), _log)!;
        Assert.NotNull(_batches);
    }

    public IConsumer<byte[], byte[]> Consumer { get; }

    /// <summary>Copies of all records, in the order in which they came.</summary>
    public List<HeldRecord> Records { get; } = [];

    /// <summary>Ends of partitions that were reported: where and at which offset.</summary>
    public List<RecordPlace> Ends { get; } = [];

    /// <summary>Errors of partitions.</summary>
    public List<(ErrorCode Code, RecordPlace Place, string Says)> Errors { get; } = [];

    /// <summary>Partitions that are assigned.</summary>
    public IReadOnlyCollection<TopicPartition> Assigned => _next.Keys;

    public int Rebalances { get; private set; }

    /// <summary>Whether what comes must be the next offset; a seek changes what is expected.</summary>
    public void Expect(TopicPartition partition, long next) => _next[partition] = next;

    /// <summary>Assigns partitions without a group.</summary>
    public void Assign(params TopicPartitionOffset[] partitions)
    {
        _batches.Take(partitions.Select(partition => partition.TopicPartition));
        foreach (var partition in partitions)
        {
            _next[partition.TopicPartition] = partition.Offset.Value;
        }

        Consumer.Assign(partitions);
    }

    /// <summary>Serves events and reads one batch; returns how many records, ends and errors came.</summary>
    public int Read(int waitMs = 5)
    {
        Assert.Null(Consumer.Consume(0));
        var count = _batches.Read(waitMs);
        for (var i = 0; i < count; i++)
        {
            Keep(_batches[i]);
        }

        _batches.Release();
        return count;
    }

    /// <summary>Reads until the condition holds.</summary>
    public void ReadUntil(Func<bool> condition, string what)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"waited in vain for {what}");
            Read();
        }
    }

    public void Dispose()
    {
        _batches.Dispose();
        Consumer.Close();
        Consumer.Dispose();
    }

    private void Keep(in ConsumedRecord record)
    {
        var partition = new TopicPartition(_topics[record.Place.Topic], record.Place.Partition);
        switch (record.Error)
        {
            case ErrorCode.NoError:
                Assert.True(_next.TryGetValue(partition, out var next), $"a record of {partition}, which is not assigned");
                Assert.Equal(next, record.Place.Offset);
                _next[partition] = next + 1;
                Records.Add(record.Hold());
                break;
            case ErrorCode.Local_PartitionEOF:
                Ends.Add(record.Place);
                break;
            default:
                Errors.Add((record.Error, record.Place, System.Text.Encoding.UTF8.GetString(record.Value)));
                break;
        }
    }
}
