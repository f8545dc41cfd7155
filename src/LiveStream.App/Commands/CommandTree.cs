using System.CommandLine;

namespace LiveStream.App.Commands;

/// <summary>The program's commands, and how each way of ending becomes an exit code and at most a few sentences on stderr.</summary>
internal static class CommandTree
{
    /// <summary>Runs the program.</summary>
    /// <returns>0 done, 1 failed while running, 2 wrong use or configuration.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{OneLine(parsed.Errors[0].Message)}; see `{CommandPath(parsed)} --help`.");
            return ExitCodes.Usage;
        }

        try
        {
            // The host of run and demo handles signals itself; the other commands are cancelled and clean up.
            var hosted = parsed.CommandResult.Command.Name is "run" or "demo";
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = hosted ? null : TimeSpan.FromSeconds(5),
            });
        }
        catch (UsageException e)
        {
            foreach (var sentence in e.Sentences)
            {
                await Console.Error.WriteLineAsync(sentence);
            }

            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped before the end.");
            return ExitCodes.Failed;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(Sentence(e));
            return ExitCodes.Failed;
        }
    }

    /// <summary>The commands and their options.</summary>
    internal static RootCommand Root() => new("Real-time metrics of live-commerce rooms: Kafka in, Redis and a big screen out.")
    {
        SimulateCommand.Create(),
        DemoCommand.Create(),
        RunCommand.Create(),
        ReplayCommand.Create(),
        DoctorCommand.Create(),
    };

    private static string CommandPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "livestream" : $"livestream {parsed.CommandResult.Command.Name}";

    private static string Sentence(Exception e) => e switch
    {
        // Those that the user can act on say what to do; the native client's does too.
        FailureException or DllNotFoundException => OneLine(e.Message) + ".",
        _ => $"Failed: {OneLine(e.Message)} ({e.GetType().Name}).",
    };

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal).TrimEnd('.');
}
