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
            await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message.TrimEnd('.')}; see `{CommandPath(parsed)} --help`.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
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

    private static string Sentence(Exception e) =>
        e is FailureException ? e.Message : $"Failed: {e.Message.ReplaceLineEndings(" ")} ({e.GetType().Name})";
}
