using LiveStream.App.Commands;
using Microsoft.Extensions.Configuration;

namespace LiveStream.App.Configuration;

/// <summary>
/// Reads the sources of configuration in their order, the later wins: <c>appsettings.json</c> beside the program, <c>--config</c>,
/// environment variables, command line.
/// </summary>
internal static class ConfigurationSources
{
    /// <summary>Section that holds every setting of this program.</summary>
    public const string Section = "LiveStream";

    private static readonly string[] TopLevelKeys = [Section, "Logging"];

    /// <summary>Builds the configuration.</summary>
    /// <param name="configFile">File named by <c>--config</c>, or null.</param>
    /// <param name="overrides">Keys below <see cref="Section"/> that the command line sets.</param>
    /// <exception cref="UsageException">A file is missing, is not JSON, or has keys outside the section.</exception>
    public static IConfigurationRoot Build(string? configFile, IReadOnlyDictionary<string, string?> overrides)
    {
        var builder = new ConfigurationBuilder();
        AddFile(builder, Path.Combine(AppContext.BaseDirectory, "appsettings.json"), required: false);
        if (configFile is not null)
        {
            AddFile(builder, Path.GetFullPath(configFile), required: true);
        }

        builder.AddEnvironmentVariables();
        builder.AddInMemoryCollection(overrides.Select(pair => KeyValuePair.Create($"{Section}:{pair.Key}", pair.Value)));
        return builder.Build();
    }

    private static void AddFile(ConfigurationBuilder builder, string path, bool required)
    {
        if (!File.Exists(path))
        {
            if (required)
            {
                throw new UsageException($"The configuration file {path} does not exist; name an existing file with --config.");
            }

            return;
        }

        var file = new ConfigurationBuilder().AddJsonFile(path, optional: false, reloadOnChange: false);
        try
        {
            var stray = file.Build().GetChildren().FirstOrDefault(child => !TopLevelKeys.Contains(child.Key, StringComparer.OrdinalIgnoreCase));
            if (stray is not null)
            {
                throw new UsageException($"{path} has the unknown key {stray.Key}; settings belong into its section {Section}.");
            }
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The configuration file {path} cannot be read: {Innermost(e)}");
        }

        builder.AddJsonFile(path, optional: false, reloadOnChange: false);
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null)
        {
            e = e.InnerException;
        }

        return e.Message;
    }
}
