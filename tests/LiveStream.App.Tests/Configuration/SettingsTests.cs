using LiveStream.App.Commands;
using LiveStream.App.Configuration;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using Microsoft.Extensions.Configuration;

namespace LiveStream.App.Tests.Configuration;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Defaults_are_those_of_the_documentation()
    {
        var options = Read("{}");
        Assert.Equal(["localhost:9092", "livestream", "murmur2", "live.dead-letter"], [
            options.Settings.Kafka.BootstrapServers, options.Settings.Kafka.GroupId, options.Settings.Kafka.Partitioner, options.Settings.Kafka.DeadLetterTopic]);
        Assert.Equal(8, options.Topics.Count);
        Assert.Equal(EventTypes.Count, options.Topics.SelectMany(topic => topic.Types).Distinct().Count());
        Assert.Equal([1, 5, 10], options.Engine.WindowMinutes);
        Assert.Equal(["shopping", "full"], options.Engine.Funnels.Select(funnel => funnel.Name));
        Assert.Equal(new HotProductOptions(1, 3, 5, 8, 10), options.Engine.HotProducts);
        Assert.Equal((2000, 1000, 30_000, 60_000, 360), (options.Engine.LatenessMs, options.Engine.IdleMs, options.Engine.MaxAheadMs, options.Engine.PresenceTimeoutMs, options.Engine.SessionIdleMinutes));
        Assert.Equal((100_000, 50_000_000, 10_000), (options.Engine.Caps.MaxRooms, options.Engine.Caps.MaxViewers, options.Engine.Caps.MaxProductsPerRoom));
        Assert.Equal(("folder", "checkpoints", 10), (options.Settings.Checkpoint.Store, options.Settings.Checkpoint.Folder, options.Settings.Checkpoint.EverySeconds));
        Assert.Equal((1000, 25, 24), (options.Settings.Redis.PublishEveryMs, options.Settings.Redis.LiveEveryMs, options.Settings.Redis.ExpireHours));
        Assert.Equal("http://127.0.0.1:5080", options.Settings.Screen.Urls);
        Assert.Null(options.IdentityKey);
    }

    [Theory]
    [InlineData("""{"Kafak": {}}""", "LiveStream:Kafak is not a known key")]
    [InlineData("""{"Kafka": {"BootstrapServer": "x"}}""", "LiveStream:Kafka:BootstrapServer is not a known key")]
    [InlineData("""{"Engine": {"Funnels": {"f": {"Step": "click,cart"}}}}""", "LiveStream:Engine:Funnels:f:Step is not a known key")]
    [InlineData("""{"Engine": {"Lanes": 0}}""", "Lanes is '0', but must be in 1..64.")]
    [InlineData("""{"Engine": {"Lanes": "many"}}""", "Lanes is 'many', but must be a whole number in 1..64.")]
    [InlineData("""{"Engine": {"LatenessMs": 60001}}""", "must be in 0..60,000.")]
    [InlineData("""{"Engine": {"LatenessMs": null}}""", "LatenessMs is null")]
    [InlineData("""{"Engine": {"LatenessMs": [1]}}""", "LatenessMs takes one value")]
    [InlineData("""{"Engine": 5}""", "LiveStream:Engine is a section")]
    [InlineData("""{"Engine": {"PresenceTimeoutMs": 1500}}""", "multiple of 1,000")]
    [InlineData("""{"Engine": {"LatenessMs": 50000}}""", "is less than LatenessMs")]
    [InlineData("""{"Engine": {"Windows": "90s"}}""", "Windows has '90s'")]
    [InlineData("""{"Engine": {"Windows": "61m"}}""", "Windows has '61m'")]
    [InlineData("""{"Engine": {"Windows": "5m,5m"}}""", "names 5m twice")]
    [InlineData("""{"Engine": {"Windows": ""}}""", "Windows has ''")]
    [InlineData("""{"Engine": {"HotProducts": {"Weights": "1,2,3"}}}""", "four whole numbers")]
    [InlineData("""{"Engine": {"HotProducts": {"Weights": "1,2,3,-4"}}}""", "four whole numbers")]
    [InlineData("""{"Engine": {"Funnels": {"f": {"Steps": "click"}}}}""", "needs 2 to 8")]
    [InlineData("""{"Engine": {"Funnels": {"f": {"Steps": "click,stock"}}}}""", "'stock', which is not a viewer event")]
    [InlineData("""{"Engine": {"Funnels": {"f": {"Steps": "click,cart", "WithinMs": 0}}}}""", "WithinMs is '0'")]
    [InlineData("""{"Kafka": {"Topics": {"t": "clicks"}}}""", "'clicks', which is not an event type")]
    [InlineData("""{"Kafka": {"Topics": {"bad topic": "click"}}}""", "not a Kafka topic name")]
    [InlineData("""{"Kafka": {"Partitioner": "random"}}""", "must be murmur2, crc32 or unchecked")]
    [InlineData("""{"Kafka": {"DeadLetterTopic": "live.like"}}""", "which is also read")]
    [InlineData("""{"Kafka": {"DeadLetterPayload": "perhaps"}}""", "true or false")]
    [InlineData("""{"Kafka": {"Properties": {"enable.auto.commit": "true"}}}""", "enable.auto.commit is refused")]
    [InlineData("""{"Redis": {"Prefix": "a{b"}}""", "Prefix is 'a{b'")]
    [InlineData("""{"Redis": {"LiveEveryMs": 200, "PublishEveryMs": 100}}""", "is more than PublishEveryMs")]
    [InlineData("""{"Checkpoint": {"Store": "disk"}}""", "must be folder, redis or none")]
    [InlineData("""{"Identity": {"Key": "abcd"}}""", "at least 32 bytes in hexadecimal")]
    [InlineData("""{"Screen": {"Urls": "5080"}}""", "Urls has '5080'")]
    [InlineData("""{"Telemetry": {"Otlp": "localhost"}}""", "Otlp is 'localhost'")]
    public void A_mistake_is_one_sentence(string section, string sentence)
    {
        var mistake = Assert.Throws<UsageException>(() => Read(section));
        Assert.Contains(sentence, Assert.Single(mistake.Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_said_at_once()
    {
        var mistake = Assert.Throws<UsageException>(() => Read("""{"Engine": {"Lanes": 0, "IdleMs": -1}, "Redsi": {}}"""));
        Assert.Equal(3, mistake.Sentences.Count);
    }

    [Theory]
    [InlineData("""{"Engine": {"Windows": ["2m", "1m"]}}""")]
    [InlineData("""{"Engine": {"Windows": "2m, 1m"}}""")]
    public void Lists_may_be_arrays(string section) => Assert.Equal([1, 2], Read(section).Engine.WindowMinutes);

    [Fact]
    public void Configured_funnels_and_topics_replace_the_defaults()
    {
        var options = Read("""{"Engine": {"Funnels": {"quick": {"Steps": ["click", "payment"], "WithinMs": 5000}}}, "Kafka": {"Topics": {"all": "click,payment"}}}""");
        var funnel = Assert.Single(options.Engine.Funnels);
        Assert.Equal(("quick", 5000), (funnel.Name, funnel.WithinMs));
        Assert.Equal([EventType.Click, EventType.Payment], funnel.Steps);
        var topic = Assert.Single(options.Topics);
        Assert.Equal("all", topic.Name);
        Assert.Equal([EventType.Click, EventType.Payment], topic.Types);
    }

    [Fact]
    public void A_later_source_replaces_a_list_and_does_not_mix_it()
    {
        var root = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["LiveStream:Engine:Windows:0"] = "1m",
                ["LiveStream:Engine:Windows:1"] = "2m",
                ["LiveStream:Engine:Windows:2"] = "3m",
            })
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["LiveStream:Engine:Windows:0"] = "10m" })
            .Build();
        Assert.Equal([10], SettingsReader.Read(root).Engine.WindowMinutes);
    }

    [Fact]
    public void The_command_line_wins_over_the_file()
    {
        var file = folder.Write("c.json", """{"LiveStream": {"Engine": {"LatenessMs": 1, "IdleMs": 7}}}""");
        var root = ConfigurationSources.Build(file, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Engine:LatenessMs"] = "3" });
        var engine = SettingsReader.Read(root).Engine;
        Assert.Equal((3, 7), (engine.LatenessMs, engine.IdleMs));
    }

    [Theory]
    [InlineData("""{"Engine": {}}""", "unknown key Engine")]
    [InlineData("""{"LiveStream": """, "cannot be read")]
    public void A_file_that_is_not_a_configuration_is_said(string content, string sentence)
    {
        var file = folder.Write("c.json", content);
        var mistake = Assert.Throws<UsageException>(() => ConfigurationSources.Build(file, new Dictionary<string, string?>(StringComparer.Ordinal)));
        Assert.Contains(sentence, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_identity_key_is_read_as_bytes() =>
        Assert.Equal(32, Read($$$"""{"Identity": {"Key": "{{{new string('a', 64)}}}"}}""").IdentityKey!.Length);

    public void Dispose() => folder.Dispose();

    private LiveStreamOptions Read(string section)
    {
        var file = folder.Write("c.json", $$"""{"LiveStream": {{section}}}""");
        return SettingsReader.Read(new ConfigurationBuilder().AddJsonFile(file).Build());
    }
}
