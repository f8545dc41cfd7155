using Confluent.Kafka;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Workload;

namespace LiveStream.Bench.Load.Rows;

/// <summary>The rows that read W1 from a Kafka.</summary>
internal static class LineRows
{
    /// <summary>C and C50: the real line.</summary>
    public static async Task<Measured> EndToEnd(LoadMaterial material, string row, int lanes, int eventsPerRecord)
    {
        if ((material.Servers.NoKafka ?? material.Servers.NoRedis()) is { } missing)
        {
            return Measured.NotRun(row, "end to end: Kafka to Redis", missing) with { Lanes = lanes };
        }

        var log = await material.LogAsync(eventsPerRecord);
        await using var run = await LineRun.CreateAsync(log, material.Servers.Redis, lanes);
        return await run.MeasureAsync(row, lanes);
    }

    /// <summary>consume and consume50: the bare managed loop over the same records. Nothing is deserialised, headers and times are left out.</summary>
    public static async Task<Measured> Consume(LoadMaterial material, string row, int eventsPerRecord)
    {
        const string Does = "peer: a bare managed Consume loop that only counts records";
        if (material.Servers.NoKafka is { } missing)
        {
            return Measured.NotRun(row, Does, missing);
        }

        var log = await material.LogAsync(eventsPerRecord);
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig
        {
            BootstrapServers = log.BootstrapServers,
            GroupId = "bench-consume",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            ConsumeResultFields = "none",
            QueuedMinMessages = 100_000,
            QueuedMaxMessagesKbytes = 65_536,
            FetchQueueBackoffMs = 5,
        }).Build();
        var partitions = log.Topics.SelectMany(topic => Enumerable.Range(0, log.Partitions).Select(partition => new TopicPartitionOffset(topic.Topic, partition, Offset.Beginning))).ToList();
        long records = 0;
        var meter = Meter.Start();
        consumer.Assign(partitions);
        for (var open = partitions.Count; open > 0;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(10)) is not { } result)
            {
                break;
            }

            if (result.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                records++;
            }
        }

        var taken = meter.Stop();
        consumer.Close();
        return new Measured
        {
            Row = row, Does = Does, Events = log.Events, Taken = taken, ResidentBytes = Environment.WorkingSet,
            Wrong = records == log.Records ? null : $"{records} records, not {log.Records}",
        };
    }
}
