using System.Diagnostics;
using System.Globalization;

namespace LiveStream.Integration.Fixtures;

/// <summary>
/// A program run as a child process. Keeps the last lines it wrote, takes signals, and is ended by its process id, children
/// included, when disposed.
/// </summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private const int MaxLines = 2000;

    private readonly Process process;
    private readonly Queue<(long AtMs, string Text)> output = new();
    private readonly Queue<(long AtMs, string Text)> errors = new();

    private ChildProgram(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Process id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>What it wrote to its standard output.</summary>
    public string Output => Text(output);

    /// <summary>What it wrote to its standard error.</summary>
    public string Errors => Text(errors);

    /// <summary>Starts a program; settings of this product in the environment of the tests are not passed on.</summary>
    /// <param name="file">Path, or a name on the PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="folder">Working folder.</param>
    public static ChildProgram Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, string folder)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("LIVESTREAM__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ChildProgram(new Process { StartInfo = start });
    }

    /// <summary>Memory that it has resident now.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Sends a signal, such as <c>TERM</c>, to this process alone.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for its end and returns the exit code; when it takes longer, the test fails with what was written.</summary>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"'{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}' did not end within {limit.TotalSeconds} s.\n{Said()}");
        }

        return process.ExitCode;
    }

    /// <summary>When it last wrote a line with a word in it, ms since the Unix epoch; null when it never did.</summary>
    public long? LastSaidMs(string word) => new[] { output, errors }.Max(lines =>
    {
        lock (lines)
        {
            return lines.Where(line => line.Text.Contains(word, StringComparison.Ordinal)).Max(line => (long?)line.AtMs);
        }
    });

    /// <summary>Everything it wrote, for messages of failed tests.</summary>
    public string Said() => $"--- stdout\n{Output}\n--- stderr\n{Errors}";

    /// <summary>Ends it at once, with its children.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private static void Keep(Queue<(long AtMs, string Text)> lines, string? line)
    {
        lock (lines)
        {
            if (line is null)
            {
                return;
            }

            lines.Enqueue((DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), line));
            if (lines.Count > MaxLines)
            {
                lines.Dequeue();
            }
        }
    }

    private static string Text(Queue<(long AtMs, string Text)> lines)
    {
        lock (lines)
        {
            return string.Join('\n', lines.Select(line => line.Text));
        }
    }
}
