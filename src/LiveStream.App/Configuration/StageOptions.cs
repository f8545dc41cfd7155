using LiveStream.Ingest.Kafka;
using LiveStream.Publish.Redis;

namespace LiveStream.App.Configuration;

/// <summary>Sections of the configuration as the stages take them.</summary>
internal static class StageOptions
{
    /// <summary>For the reading stage.</summary>
    public static KafkaOptions Kafka(LiveStreamOptions options)
    {
        var kafka = options.Settings.Kafka;
        return new KafkaOptions
        {
            BootstrapServers = kafka.BootstrapServers,
            GroupId = kafka.GroupId,
            Topics = options.Topics,
            Partitioner = Enum.Parse<PartitionerKind>(kafka.Partitioner, ignoreCase: true),
            DeadLetterTopic = kafka.DeadLetterTopic,
            DeadLetterPayload = kafka.DeadLetterPayload,
            ReadInBatches = kafka.ReadInBatches,
            Properties = kafka.Properties,
        };
    }

    /// <summary>For the publishing stage.</summary>
    public static RedisOptions Redis(LiveStreamOptions options)
    {
        var redis = options.Settings.Redis;
        return new RedisOptions
        {
            Configuration = redis.Configuration,
            Prefix = redis.Prefix,
            ExpireHours = redis.ExpireHours,
            PublishEveryMs = redis.PublishEveryMs,
            LiveEveryMs = redis.LiveEveryMs,
            MaxRooms = options.Engine.Caps.MaxRooms,
        };
    }
}
