using System.ComponentModel.DataAnnotations;

namespace LiveStream.App.Configuration;

/// <summary>
/// Section <c>LiveStream</c> as it is written: exactly the keys a user may set, with their defaults and limits. The strict reader
/// (<see cref="SettingsReader"/>) derives the known keys from these properties; the rest of the program sees
/// <see cref="LiveStreamOptions"/> only.
/// </summary>
internal sealed class LiveStreamSettings
{
    public KafkaSettings Kafka { get; set; } = new();

    public RedisSettings Redis { get; set; } = new();

    public EngineSettings Engine { get; set; } = new();

    public CheckpointSettings Checkpoint { get; set; } = new();

    public IdentitySettings Identity { get; set; } = new();

    public ScreenSettings Screen { get; set; } = new();

    public TelemetrySettings Telemetry { get; set; } = new();
}

/// <summary>Where events come from.</summary>
internal sealed class KafkaSettings
{
    [Required(ErrorMessage = "must name at least one broker, such as localhost:9092")]
    public string BootstrapServers { get; set; } = "localhost:9092";

    [Required(ErrorMessage = "must not be empty")]
    public string GroupId { get; set; } = "livestream";

    /// <summary>Topic name -> the types it may carry; empty = the topics of the event contract.</summary>
    [ListSetting]
    public Dictionary<string, string> Topics { get; set; } = new(StringComparer.Ordinal);

    [AllowedValues("murmur2", "crc32", "unchecked", ErrorMessage = "must be murmur2, crc32 or unchecked")]
    public string Partitioner { get; set; } = "murmur2";

    public string DeadLetterTopic { get; set; } = "live.dead-letter";

    public bool DeadLetterPayload { get; set; } = true;

    /// <summary>False reads record by record through the managed client, should its native batches ever be in the way.</summary>
    public bool ReadInBatches { get; set; } = true;

    [Secret]
    public Dictionary<string, string> Properties { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>Where results go.</summary>
internal sealed class RedisSettings
{
    [Secret("(?<=password=)[^,]*")]
    [Required(ErrorMessage = "must name a server, such as localhost:6379")]
    public string Configuration { get; set; } = "localhost:6379";

    [Required(ErrorMessage = "must not be empty")]
    [RegularExpression(@"[^{}%\s]{1,64}", ErrorMessage = "must be 1 to 64 characters without spaces, braces and %")]
    public string Prefix { get; set; } = "live";

    [Range(1, 8760)]
    public int ExpireHours { get; set; } = 24;

    [Range(100, 60_000)]
    public int PublishEveryMs { get; set; } = 1000;

    [Range(5, 200)]
    public int LiveEveryMs { get; set; } = 25;
}

/// <summary>Durable state beside the log.</summary>
internal sealed class CheckpointSettings
{
    [AllowedValues("folder", "redis", "none", ErrorMessage = "must be folder, redis or none")]
    public string Store { get; set; } = "folder";

    [Required(ErrorMessage = "must name a folder")]
    public string Folder { get; set; } = "checkpoints";

    [Range(1, 3600)]
    public int EverySeconds { get; set; } = 10;
}

/// <summary>How people become pseudonyms.</summary>
internal sealed class IdentitySettings
{
    [Secret]
    [RegularExpression("([0-9a-fA-F]{2}){32,}", ErrorMessage = "must be at least 32 bytes in hexadecimal (64 digits): `openssl rand -hex 32` makes one")]
    public string? Key { get; set; }
}

/// <summary>The big screen.</summary>
internal sealed class ScreenSettings
{
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    [Secret]
    public string? OperatorToken { get; set; }
}

/// <summary>What watches the process.</summary>
internal sealed class TelemetrySettings
{
    public string? Otlp { get; set; }
}
