using System.CommandLine;
using LiveStream.App.Configuration;
using Microsoft.Extensions.Configuration;

namespace LiveStream.App.Commands;

/// <summary>Options that several commands share, and how they reach the configuration.</summary>
internal sealed class CommonOptions
{
    /// <summary><c>--config</c>.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Configuration file (JSON, section LiveStream), read after appsettings.json and before environment variables.",
        HelpName = "FILE",
    };

    /// <summary><c>--set</c>.</summary>
    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "One configuration value, such as --set Engine:LatenessMs=5000; may be repeated.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(Set);
    }

    /// <summary>Reads and validates the configuration.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="overrides">Further keys that options of the command set.</param>
    /// <exception cref="UsageException">One sentence per mistake.</exception>
    public LiveStreamOptions Read(ParseResult parsed, params ReadOnlySpan<KeyValuePair<string, string?>> overrides) =>
        SettingsReader.Read(Sources(parsed, overrides));

    /// <summary>Reads the configuration without validating it.</summary>
    public IConfigurationRoot Sources(ParseResult parsed, params ReadOnlySpan<KeyValuePair<string, string?>> overrides)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in parsed.GetValue(Set) ?? [])
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new UsageException($"--set {pair} is not KEY=VALUE; write for example --set Engine:LatenessMs=5000.");
            }

            values[pair[..at]] = pair[(at + 1)..];
        }

        foreach (var (key, value) in overrides)
        {
            if (value is not null)
            {
                values[key] = value;
            }
        }

        return ConfigurationSources.Build(parsed.GetValue(Config), values);
    }
}
