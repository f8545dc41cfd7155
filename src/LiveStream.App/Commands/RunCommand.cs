using System.CommandLine;
using LiveStream.App.Configuration;
using LiveStream.App.Run;

namespace LiveStream.App.Commands;

/// <summary><c>livestream run</c>: Kafka -> lanes -> Redis and the big screen, until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var urls = new Option<string?>("--urls") { Description = "Addresses of the big screen, separated by semicolons. Default: http://127.0.0.1:5080.", HelpName = "URLS" };
        var command = new Command("run", "Runs the engine against the Kafka and Redis of the configuration, with the big screen.") { urls };
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var sources = common.Sources(parsed, KeyValuePair.Create("Screen:Urls", parsed.GetValue(urls)));
            var options = SettingsReader.Read(sources);
            var announce = $"Reading {options.Topics.Count} topics from {options.Settings.Kafka.BootstrapServers} with {options.Lanes} lanes; the big screen is at {options.Settings.Screen.Urls}.";
            return LineHost.RunAsync(options, sources, static (_, screen) => screen, announce);
        });
        return command;
    }
}
