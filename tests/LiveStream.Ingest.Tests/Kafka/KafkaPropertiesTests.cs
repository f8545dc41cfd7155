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
    public void The_new_group_protocol_assigns_by_range_and_leaves_times_to_the_brokers()
    {
        var options = new KafkaOptions { Properties = new Dictionary<string, string> { ["group.protocol"] = "consumer" } };
        KafkaProperties.Check(options);
        var config = KafkaProperties.Consumer(options);
        Assert.Equal("range", config.GroupRemoteAssignor);
        Assert.Null(config.SessionTimeoutMs);
        Assert.Null(config.PartitionAssignmentStrategy);
        Assert.True(KafkaProperties.IsCooperative(options));
        Assert.False(KafkaProperties.IsCooperative(new KafkaOptions()));
    }

    [Fact]
    public void A_group_protocol_that_nobody_knows_is_refused()
    {
        var options = new KafkaOptions { Properties = new Dictionary<string, string> { ["group.protocol"] = "share" } };
        Assert.Contains("it is classic or consumer", Assert.Throws<KafkaSourceException>(() => KafkaProperties.Check(options)).Message);
    }

    [Theory]
    [InlineData("session.timeout.ms", "3000", 3_000)]
    [InlineData("client.rack", "a", 6_000)]
    public void The_session_timeout_is_known(string name, string value, int expected) =>
        Assert.Equal(expected, KafkaProperties.SessionTimeoutMs(new KafkaOptions { Properties = new Dictionary<string, string> { [name] = value } }));

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
