using System.Text;
using Confluent.Kafka;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Kafka;
using LiveStream.Integration.Fixtures;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveStream.Integration.Line;

/// <summary>
/// A log as only a real broker has it - compressed in every way, with aborted transactions, marks of transactions and records that are no
/// events - gives the same in batches and record by record.
/// </summary>
[Collection(RealServers.Name)]
public sealed class BatchReadTests(RealKafka kafka)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Batches_hold_what_single_reads_hold()
    {
        var topics = new TestTopics(kafka.BootstrapServers);
        await topics.CreateAsync();
        var committed = 0;
        foreach (var compression in Enum.GetValues<CompressionType>())
        {
            committed += await Task.Run(() => Produce(topics, compression), TestContext.Current.CancellationToken);
        }

        var batches = await ReadAsync(topics, inBatches: true, committed);
        var single = await ReadAsync(topics, inBatches: false, committed);
        Assert.Equal(single, batches);
        Assert.Contains("Key 35", batches, StringComparison.Ordinal);
    }

    /// <summary>Ten transactions of 400 events, three of them aborted; returns how many events are to be read.</summary>
    private static int Produce(TestTopics topics, CompressionType compression)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = topics.BootstrapServers,
            TransactionalId = topics.RoomNamed($"{compression}"),
            CompressionType = compression,
            Partitioner = Confluent.Kafka.Partitioner.Murmur2Random,
            LingerMs = 5,
        }).SetLogHandler(static (_, _) => { }).Build();
        producer.InitTransactions(Limit);
        var committed = 0;
        for (var transaction = 0; transaction < 10; transaction++)
        {
            producer.BeginTransaction();
            for (var i = 0; i < 400; i++)
            {
                var room = $"r{i % 30}";
                var isOdd = i == 399;
                producer.Produce(topics.NameOf("live.like"), new Message<byte[], byte[]>
                {
                    Key = Encoding.UTF8.GetBytes(isOdd ? "other" : room),
                    Value = Encoding.UTF8.GetBytes(EventSender.Event("like", room, $"u{i}", 1_700_000_000_000 + i)),
                    Timestamp = new Timestamp(1_700_000_000_000 + i, TimestampType.CreateTime),
                });
            }

            // What is aborted shall lie in the log all the same.
            producer.Flush(Limit);
            if (transaction % 3 == 1)
            {
                producer.AbortTransaction(Limit);
            }
            else
            {
                producer.CommitTransaction(Limit);
                committed += 400;
            }
        }

        return committed;
    }

    private static async Task<string> ReadAsync(TestTopics topics, bool inBatches, int expected)
    {
        await using var engine = new StreamEngine(new EngineOptions(), new PipelineOptions { Lanes = 1 }, _ => new NoSink());
        using var stop = new CancellationTokenSource();
        var source = new KafkaSource(
            new KafkaOptions
            {
                BootstrapServers = topics.BootstrapServers,
                GroupId = topics.RoomNamed($"{inBatches}"),
                Topics = [new(topics.NameOf("live.like"), [Metrics.Events.EventType.Like])],
                DeadLetterTopic = "",
                ReadInBatches = inBatches,
            },
            new EngineOptions(), engine, new Pseudonym(new byte[32]), TimeProvider.System, NullLogger.Instance);
        var running = source.RunAsync(stop.Token);
        await Poll.UntilAsync(Limit, "all partitions are read to their ends", () => Task.FromResult(
            source.Lag.Count == 4 && source.Lag.All(lag => lag.Lag == 0 && lag.Position > 0) && engine.Counters.Read >= expected
                ? null : $"{engine.Counters.Read} of {expected} events, {string.Join(", ", source.Lag)}"));
        var positions = string.Join(", ", source.Lag.OrderBy(lag => lag.Partition).Select(lag => $"{lag.Partition}: {lag.Position}"));
        await stop.CancelAsync();
        await running;
        await engine.CompleteAsync();
        Assert.Equal(expected, engine.Counters.Read);
        var reasons = engine.RejectedByReason.Select((count, reason) => $"{(Metrics.Events.RejectReason)reason} {count}");
        return $"{positions}; {string.Join(", ", reasons)}; {engine.Counters.Late} late";
    }

    private sealed class NoSink : LaneSink
    {
        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
        }

        public override void OnSettled(int group, long settledMs)
        {
        }
    }
}
