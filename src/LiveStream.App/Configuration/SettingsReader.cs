using LiveStream.App.Commands;
using Microsoft.Extensions.Configuration;

namespace LiveStream.App.Configuration;

/// <summary>Turns configuration into options, or into one sentence per mistake. Called once by every command, before anything is opened.</summary>
internal static class SettingsReader
{
    /// <summary>Reads and validates section <c>LiveStream</c>.</summary>
    /// <exception cref="UsageException">Unknown keys, values out of range, contradictions: all of them, one sentence each.</exception>
    public static LiveStreamOptions Read(IConfigurationRoot root)
    {
        var section = root.GetSection(ConfigurationSources.Section);
        var strict = new StrictKeys(root);
        strict.Check(section, typeof(LiveStreamSettings));
        ThrowIfAny(strict.Mistakes);

        var settings = new ConfigurationBuilder()
            .AddConfiguration(root)
            .AddInMemoryCollection(strict.Lists)
            .Build()
            .GetSection(ConfigurationSources.Section)
            .Get<LiveStreamSettings>() ?? new LiveStreamSettings();

        var mistakes = new List<string>();
        var options = new LiveStreamOptions
        {
            Engine = EngineMapping.Map(settings.Engine, mistakes),
            Lanes = settings.Engine.Lanes,
            Topics = KafkaRules.Topics(settings.Kafka, mistakes),
            IdentityKey = string.IsNullOrEmpty(settings.Identity.Key) ? null : Convert.FromHexString(settings.Identity.Key),
            Settings = settings,
        };
        KafkaRules.Check(settings.Kafka, options.Topics, mistakes);
        ScreenRules.Check(settings, mistakes);
        ThrowIfAny(mistakes);
        return options;
    }

    private static void ThrowIfAny(List<string> mistakes)
    {
        if (mistakes.Count > 0)
        {
            throw new UsageException(mistakes);
        }
    }
}
