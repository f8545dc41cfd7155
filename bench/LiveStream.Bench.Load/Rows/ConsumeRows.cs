using Confluent.Kafka;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;
using LiveStream.Ingest.Kafka;
using LiveStream.Pipeline.Intake;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// Taking records out of the Kafka client as the engine does, in batches and one by one, with key, value and time, and nothing done with
/// them; every partition must come whole and in order.
/// </summary>
internal static class ConsumeRows
{
    private const int WaitMs = 5;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>drain: in batches.</summary>
    public static Task<Measured> Batches(LoadMaterial material) => Measure(
        material, "drain", "records out of the Kafka client in batches, nothing done with them", (consumer, topicOf, seen) =>
        {
            var batches = BatchQueue.TryOpen(consumer, topicOf, NullLogger.Instance) ?? throw new InvalidOperationException("This client offers no batches.");
            batches.Take(seen.Partitions.Select(partition => partition.TopicPartition));
            return (batches, () =>
            {
                consumer.Consume(0);
                var count = batches.Read(WaitMs);
                for (var i = 0; i < count; i++)
                {
                    seen.Add(batches[i]);
                }

                batches.Release();
            });
        });

    /// <summary>drain-managed: one by one.</summary>
    public static Task<Measured> OneByOne(LoadMaterial material) => Measure(
        material, "drain-managed", "the same records one by one through Consume", (consumer, topicOf, seen) => (null, () =>
        {
            if (consumer.Consume(WaitMs) is { } result)
            {
                seen.Add(ConsumedRecord.From(result, topicOf(result.Topic)));
            }
        }));

    private static async Task<Measured> Measure(
        LoadMaterial material, string row, string does,
        Func<IConsumer<byte[], byte[]>, Func<string, int>, SeenRecords, (IDisposable? Batches, Action Read)> begin)
    {
        if (material.Servers.NoKafka is { } missing)
        {
            return Measured.NotRun(row, does, missing);
        }

        var log = await material.LogAsync(eventsPerRecord: 1);
        var topics = log.Topics.Select((topic, index) => (topic.Topic, index)).ToDictionary(topic => topic.Topic, topic => topic.index, StringComparer.Ordinal);
        var options = new KafkaOptions { BootstrapServers = log.BootstrapServers, GroupId = $"bench-{row}" };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaProperties.Consumer(options)).Build();
        var seen = new SeenRecords(topics, log.Partitions);
        var (batches, read) = begin(consumer, name => topics[name], seen);
        using var limit = new CancellationTokenSource(Limit);
        var meter = Meter.Start();
        consumer.Assign(seen.Partitions);
        while (seen.Open > 0 && !limit.IsCancellationRequested)
        {
            read();
        }

        var taken = meter.Stop();
        batches?.Dispose();
        consumer.Close();
        return new Measured
        {
            Row = row, Does = does, Events = log.Events, Taken = taken, ResidentBytes = Environment.WorkingSet,
            Wrong = seen.Wrong ?? (seen.Records == log.Records ? null : $"{seen.Records} records, not {log.Records}"),
        };
    }

    /// <summary>What came of all partitions.</summary>
    private sealed class SeenRecords(Dictionary<string, int> topics, int partitions)
    {
        private readonly long[] _next = new long[topics.Count * partitions];
        private long _bytes;

        /// <summary>The partitions from their beginnings.</summary>
        public IReadOnlyList<TopicPartitionOffset> Partitions { get; } =
            [.. topics.Keys.SelectMany(topic => Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)))];

        /// <summary>Partitions whose ends have not come.</summary>
        public int Open { get; private set; } = topics.Count * partitions;

        /// <summary>Records that came.</summary>
        public long Records { get; private set; }

        /// <summary>What was not as it should be, or null.</summary>
        public string? Wrong { get; private set; }

        public void Add(in ConsumedRecord record)
        {
            ref var next = ref _next[(record.Place.Topic * partitions) + record.Place.Partition];
            switch (record.Error)
            {
                case ErrorCode.NoError when record.Place.Offset == next && record.TimestampMs != GroupIntake.NoTimestamp && !record.Key.IsEmpty:
                    next++;
                    Records++;
                    _bytes += record.Key.Length + record.Value.Length;
                    break;
                case ErrorCode.Local_PartitionEOF when record.Place.Offset == next:
                    Open--;
                    break;
                default:
                    Wrong = $"{record.Error} at {record.Place} behind {next - 1} and {_bytes} bytes";
                    Open = 0;
                    break;
            }
        }
    }
}
