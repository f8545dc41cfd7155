using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;

namespace LiveStream.Integration.Fixtures;

/// <summary>
/// The topics of the event contract under names of their own, so that tests that share a broker do not read each other's events:
/// what the program must be told about them, and what lies in them.
/// </summary>
internal sealed class TestTopics
{
    /// <summary>Partitions of each topic.</summary>
    public const int Partitions = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string prefix = $"t{Guid.NewGuid():N}"[..9];

    public TestTopics(string bootstrapServers) => BootstrapServers = bootstrapServers;

    /// <summary>Where clients connect.</summary>
    public string BootstrapServers { get; }

    /// <summary>Where rejected events go.</summary>
    public string DeadLetters => prefix + ".dead-letter";

    /// <summary>Names of the topics that are read.</summary>
    public IReadOnlyList<string> Names => [.. KafkaTopic.Defaults.Select(topic => NameOf(topic.Name))];

    /// <summary>Settings that name broker, topics and a consumer group of their own.</summary>
    public Dictionary<string, string> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LIVESTREAM__KAFKA__BOOTSTRAPSERVERS"] = BootstrapServers,
                ["LIVESTREAM__KAFKA__GROUPID"] = prefix,
                ["LIVESTREAM__KAFKA__DEADLETTERTOPIC"] = DeadLetters,
            };
            foreach (var topic in KafkaTopic.Defaults)
            {
                settings[$"LIVESTREAM__KAFKA__TOPICS__{NameOf(topic.Name)}"] = string.Join(',', topic.Types.Select(EventTypes.Name));
            }

            return settings;
        }
    }

    /// <summary>The name here of a topic of the contract, such as <c>live.like</c>.</summary>
    public string NameOf(string topic) => prefix + topic["live".Length..];

    /// <summary>A room that no other test has.</summary>
    public string RoomNamed(string name) => $"{prefix}-{name}";

    /// <summary>Creates all of them, the dead letters too.</summary>
    /// <param name="maxMessageBytes">Largest record of each; null = the broker's own limit.</param>
    public async Task CreateAsync(int? maxMessageBytes = null)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        var configs = maxMessageBytes is { } bytes ? new Dictionary<string, string> { ["max.message.bytes"] = $"{bytes}" } : null;
        await admin.CreateTopicsAsync(
            Names.Append(DeadLetters).Select(name => new TopicSpecification { Name = name, NumPartitions = Partitions, ReplicationFactor = -1, Configs = configs }),
            new CreateTopicsOptions { OperationTimeout = Limit, RequestTimeout = Limit });
    }

    /// <summary>Has the embedded Kafka make them, which it does for a topic that it is asked for.</summary>
    public void MakeEmbedded()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        foreach (var name in Names.Append(DeadLetters))
        {
            admin.GetMetadata(name, Limit);
        }
    }

    /// <summary>What lies in the topics: for each partition that is not empty its events as lines, in their order.</summary>
    public async Task<IReadOnlyList<byte[]>> LinesAsync()
    {
        var files = new List<byte[]>();
        foreach (var topic in Names)
        {
            foreach (var records in (await ReadAsync(topic)).GroupBy(record => record.Partition.Value))
            {
                await using var file = new MemoryStream();
                foreach (var record in records)
                {
                    WriteLines(file, record.Message.Value);
                }

                files.Add(file.ToArray());
            }
        }

        return files;
    }

    /// <summary>The dead letters.</summary>
    public async Task<IReadOnlyList<JsonElement>> DeadLettersAsync() =>
        [.. (await ReadAsync(DeadLetters)).Select(record => JsonDocument.Parse(record.Message.Value).RootElement)];

    private Task<List<ConsumeResult<byte[], byte[]>>> ReadAsync(string topic) => Task.Run(() =>
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = prefix + "-reader",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
        };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        using var deadline = new CancellationTokenSource(Limit);
        var records = new List<ConsumeResult<byte[], byte[]>>();
        for (var open = Partitions; open > 0;)
        {
            var record = consumer.Consume(deadline.Token);
            if (record.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                records.Add(record);
            }
        }

        return records;
    });

    // A record is one event, or an array of them; broken ones are one line as they are.
    private static void WriteLines(MemoryStream file, byte[] value)
    {
        if (value is [(byte)'[', ..])
        {
            foreach (var item in JsonDocument.Parse(value).RootElement.EnumerateArray())
            {
                file.Write(Encoding.UTF8.GetBytes(item.GetRawText()));
                file.WriteByte((byte)'\n');
            }
        }
        else
        {
            file.Write(value);
            file.WriteByte((byte)'\n');
        }
    }
}
