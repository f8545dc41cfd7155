using System.CommandLine;
using LiveStream.App.Configuration;
using LiveStream.App.Doctor;
using LiveStream.Ingest.Native;

namespace LiveStream.App.Commands;

/// <summary><c>livestream doctor</c>: one line per check, with the remedy; then the configuration in force.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("doctor", "Checks Kafka, Redis, native library, clock and configuration, one line each, with the remedy.");
        common.AddTo(command);
        command.SetAction(parsed => RunAsync(common.Read(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(LiveStreamOptions options)
    {
        var findings = new List<Finding> { Finding.Ok("configuration", "every key is known and in range") };
        var library = Library();
        findings.Add(library);
        IReadOnlyList<Finding> kafka = library.IsFault ? [library] : await KafkaChecks.RunAsync(options);
        findings.AddRange(library.IsFault ? [] : kafka);

        findings.AddRange(await RedisChecks.RunAsync(options.Settings.Redis, TimeProvider.System));
        findings.AddRange(await CheckpointChecks.RunAsync(options, kafka.All(finding => !finding.IsFault || finding.Subject == "consumer group"), TimeProvider.System));
        foreach (var finding in findings)
        {
            Console.WriteLine(finding);
        }

        Console.WriteLine();
        Console.WriteLine("Configuration in force:");
        foreach (var line in SettingsInForce.Lines(options))
        {
            Console.WriteLine($"  {line}");
        }

        return findings.Exists(finding => finding.IsFault) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static Finding Library()
    {
        try
        {
            return Finding.Ok("native library", $"librdkafka {KafkaLibrary.Version}");
        }
        catch (DllNotFoundException e)
        {
            return new Finding("native library", e.Message, IsFault: true);
        }
    }
}
