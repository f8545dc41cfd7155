using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Options;

namespace LiveStream.App.Configuration;

/// <summary>The validated configuration, in the types that the stages take. Made by <see cref="SettingsReader"/>, immutable.</summary>
internal sealed record LiveStreamOptions
{
    /// <summary>What shapes the numbers.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Lanes, 1..64.</summary>
    public required int Lanes { get; init; }

    /// <summary>Topics and the types each may carry, in configured order.</summary>
    public required IReadOnlyList<KafkaTopic> Topics { get; init; }

    /// <summary>Key of the pseudonyms, or null when none is configured.</summary>
    public required byte[]? IdentityKey { get; init; }

    /// <summary>The section as it was written, for everything that is passed on unchanged.</summary>
    public required LiveStreamSettings Settings { get; init; }
}
