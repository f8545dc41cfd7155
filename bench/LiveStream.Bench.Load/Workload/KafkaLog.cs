using Confluent.Kafka;
using LiveStream.App.Simulate;
using LiveStream.Bench.Load.Servers;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;

namespace LiveStream.Bench.Load.Workload;

/// <summary>W1 as it lies in the topics of a Kafka, keyed by room, and what an engine has to make of it. Produced once, read by many runs.</summary>
internal sealed record KafkaLog
{
    /// <summary>Longest time that an event waits for others of its record, ms of event time: with W1's disorder it stays within the lateness.</summary>
    private const int BatchWaitMs = 400;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Where clients connect.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topics and what each carries.</summary>
    public required IReadOnlyList<(string Topic, IReadOnlyList<EventType> Types)> Topics { get; init; }

    /// <summary>Partitions of each topic.</summary>
    public required int Partitions { get; init; }

    /// <summary>Events of W1.</summary>
    public required long Events { get; init; }

    /// <summary>Events behind W1 that settle it.</summary>
    public required int Closing { get; init; }

    /// <summary>Records in all topics.</summary>
    public required long Records { get; init; }

    /// <summary>The rooms of W1 that have events.</summary>
    public required IReadOnlyList<string> Rooms { get; init; }

    /// <summary>The last T of W1.</summary>
    public required long FinalMs { get; init; }

    /// <summary>What every row has to find.</summary>
    public required Answer Known { get; init; }

    /// <summary>Produces W1 as fast as Kafka takes it.</summary>
    /// <param name="servers">Kafka.</param>
    /// <param name="load">How much of W1.</param>
    /// <param name="eventsPerRecord">Most events of a room and topic that share a record.</param>
    public static async Task<KafkaLog> ProduceAsync(LineServers servers, LoadOptions load, int eventsPerRecord)
    {
        var topics = TopicsOf(eventsPerRecord);
        var kafka = new KafkaSinkOptions(await servers.KafkaAsync(), topics) { Paced = false, BrokerCreatesTopics = servers.Embedded, BatchWaitMs = BatchWaitMs };
        var options = load.Simulation with { Batch = eventsPerRecord };
        var finalMs = options.FirstMs + (long)(load.Events / load.Rate * 1000);
        finalMs += EngineOptions.HopMs - (finalMs % EngineOptions.HopMs);
        var (closing, allRooms) = ClosedSource.Closing([.. topics.Select(topic => topic.Types[0])], load.Rooms, kafka.PartitionsOfNewTopics, finalMs + options.LatenessMs);
        options = options with { Rooms = allRooms };
        var truth = new TruthLedger(options);
        using (var sink = new KafkaSink(options, kafka, truth))
        {
            await sink.RunAsync(new ClosedSource(new W1Generator(load.Simulation), closing), TimeProvider.System, progress: null, CancellationToken.None);
        }

        return new KafkaLog
        {
            BootstrapServers = kafka.BootstrapServers,
            Topics = topics,
            Partitions = kafka.PartitionsOfNewTopics,
            Events = load.Events,
            Closing = closing.Count,
            Records = RecordsIn(kafka, topics.Select(topic => topic.Topic)),
            Rooms = [.. Enumerable.Range(0, load.Rooms).Where(room => truth.Rooms[room].Applied > 0).Select(room => System.Text.Encoding.UTF8.GetString(SimulatedEventJson.RoomId(room)))],
            FinalMs = finalMs,
            Known = Answer.Of(truth.Rooms.Take(load.Rooms), finalMs),
        };
    }

    /// <summary>
    /// Single events lie in the topics of the contract. Gateways that share records send what a room has in one topic: split by type as
    /// well, most records of W1 would wait in vain for a second event.
    /// </summary>
    private static IReadOnlyList<(string Topic, IReadOnlyList<EventType> Types)> TopicsOf(int eventsPerRecord) => eventsPerRecord == 1
        ? [.. KafkaSinkOptions.DefaultTopics.Select(topic => ("w1" + topic.Topic["live".Length..], topic.Types))]
        : [($"w1-{eventsPerRecord}", [.. KafkaSinkOptions.DefaultTopics.SelectMany(topic => topic.Types)])];

    private static long RecordsIn(KafkaSinkOptions kafka, IEnumerable<string> topics)
    {
        using var client = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "bench-count" }).Build();
        return topics.Sum(topic => Enumerable.Range(0, kafka.PartitionsOfNewTopics)
            .Sum(partition => client.QueryWatermarkOffsets(new TopicPartition(topic, partition), Limit).High.Value));
    }
}
