using System.Diagnostics;

namespace LiveStream.App.Tests.Commands;

/// <summary>Runs the built program as a process of its own.</summary>
internal static class LiveStreamProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end.</summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs it to its end with environment variables besides.</summary>
    public static async Task<ProgramResult> RunAsync((string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "livestream.dll") },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"livestream {string.Join(' ', arguments)} did not end within {Limit}.", e);
        }

        return new ProgramResult(process.ExitCode, await output, await error);
    }
}

/// <summary>What a run left.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Lines on stderr.</summary>
    public string[] ErrorLines { get; } = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
