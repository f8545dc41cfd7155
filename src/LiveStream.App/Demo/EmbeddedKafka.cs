using Confluent.Kafka;
using LiveStream.App.Commands;

namespace LiveStream.App.Demo;

/// <summary>
/// Kafka inside this process: librdkafka's mock broker on a real local socket. It keeps 5 MiB or 100,000 batches a partition and
/// nothing on disk, so it is for the demo and for tests. Gone with the process.
/// </summary>
internal sealed class EmbeddedKafka : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly IProducer<Null, Null> brokerOwner;

    private EmbeddedKafka(IProducer<Null, Null> brokerOwner, string address)
    {
        this.brokerOwner = brokerOwner;
        BootstrapServers = address;
    }

    /// <summary>Where clients connect.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts one broker. It makes a topic, of four partitions, when it is first asked for it, and knows no other way.</summary>
    /// <param name="topics">Topics to have from the start.</param>
    /// <exception cref="FailureException">It did not come up.</exception>
    public static EmbeddedKafka Start(params IEnumerable<string> topics)
    {
        var config = new ProducerConfig { LogConnectionClose = false };
        config.Set("test.mock.num.brokers", "1");
        var owner = new ProducerBuilder<Null, Null>(config)
            .SetLogHandler(static (_, _) => { })
            .Build();
        try
        {
            using var admin = new DependentAdminClientBuilder(owner.Handle).Build();
            var broker = admin.GetMetadata(StartLimit).Brokers.Single();
            foreach (var topic in topics)
            {
                admin.GetMetadata(topic, StartLimit);
            }

            return new EmbeddedKafka(owner, $"{broker.Host}:{broker.Port}");
        }
        catch (KafkaException e)
        {
            owner.Dispose();
            throw new FailureException($"The embedded Kafka did not start: {e.Error.Reason}.", e);
        }
    }

    public void Dispose() => brokerOwner.Dispose();
}
