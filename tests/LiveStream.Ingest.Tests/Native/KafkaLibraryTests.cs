using Confluent.Kafka;
using LiveStream.Ingest.Native;

namespace LiveStream.Ingest.Tests.Native;

/// <summary>The native client that this build brought, proved by records through librdkafka's mock brokers.</summary>
public sealed class KafkaLibraryTests
{
    private const string Topic = "native.probe";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public void LoadedLibraryIsAsNewAsTheClientNeeds()
    {
        KafkaLibrary.EnsureLoaded();

        Assert.True(System.Version.Parse(KafkaLibrary.Version.Split('-')[0]) >= new System.Version(2, 15, 1), KafkaLibrary.Version);
    }

    [Fact]
    public async Task RecordsGoThroughMockBrokersAndComeBackInOrder()
    {
        KafkaLibrary.EnsureLoaded();
        using var producer = new ProducerBuilder<Null, string>(new Dictionary<string, string> { ["test.mock.num.brokers"] = "1" }).Build();
        string[] sent = ["one", "two", "three"];
        foreach (var value in sent)
        {
            await producer.ProduceAsync(new TopicPartition(Topic, 0), new Message<Null, string> { Value = value }, TestContext.Current.CancellationToken);
        }

        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        var broker = admin.GetMetadata(Deadline).Brokers[0];
        var config = new ConsumerConfig { BootstrapServers = $"{broker.Host}:{broker.Port}", GroupId = "native-probe", AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<Ignore, string>(config).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));

        using var deadline = new CancellationTokenSource(Deadline);
        var received = sent.Select(_ => consumer.Consume(deadline.Token).Message.Value).ToArray();
        consumer.Close();

        Assert.Equal(sent, received);
    }
}
