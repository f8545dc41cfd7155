using LiveStream.Ingest.Kafka;

namespace LiveStream.Ingest.Tests.Kafka;

public sealed class KafkaPropertiesTests
{
    [Theory]
    [InlineData("enable.auto.commit")]
    [InlineData("auto.offset.reset")]
    [InlineData("isolation.level")]
    [InlineData("group.id")]
    [InlineData("bootstrap.servers")]
    [InlineData("enable.partition.eof")]
    [InlineData("partition.assignment.strategy")]
    public void What_would_break_recovery_is_refused(string name)
    {
        var options = new KafkaOptions { Properties = new Dictionary<string, string> { [name] = "x" } };
        Assert.Contains(name, Assert.Throws<KafkaSourceException>(() => KafkaProperties.Check(options)).Message);
    }

    [Fact]
    public void Others_are_passed_on_to_the_clients_they_concern()
    {
        var options = new KafkaOptions
        {
            Properties = new Dictionary<string, string> { ["security.protocol"] = "ssl", ["session.timeout.ms"] = "10000", ["group.instance.id"] = "a" },
        };
        KafkaProperties.Check(options);
        Assert.Equal(10_000, KafkaProperties.Consumer(options).SessionTimeoutMs);
        Assert.Equal("a", KafkaProperties.Consumer(options).GroupInstanceId);
        Assert.Equal("ssl", KafkaProperties.Producer(options).Get("security.protocol"));
        Assert.Null(KafkaProperties.Producer(options).Get("session.timeout.ms"));
    }
}
