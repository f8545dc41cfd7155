using System.Diagnostics;

namespace LiveStream.App.Demo;

/// <summary>
/// A program of this machine whose life is tied to ours: a shell beside it waits on a pipe from this process and asks the program to end
/// when the pipe closes, which it does however this process ends.
/// </summary>
internal sealed class TiedProcess : IDisposable
{
    private const string Script = """
        log=$1; shift; trap '' INT
        exec 3<&0 2>/dev/null
        "$@" </dev/null 3<&- >"$log" 2>&1 & program=$!
        { read -r _ <&3; kill $program; } >/dev/null 2>&1 & reader=$!
        wait $program; code=$?
        kill $reader
        exit $code
        """;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly Process shell;

    private TiedProcess(Process shell) => this.shell = shell;

    /// <summary>Whether the program has ended.</summary>
    public bool HasExited => shell.HasExited;

    /// <summary>Starts a program; one that cannot be found ends at once with code 127.</summary>
    /// <param name="log">File for what it writes, such as /dev/null.</param>
    /// <param name="program">Path, or a name on the PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    public static TiedProcess Start(string log, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", log, program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        return new TiedProcess(Process.Start(start)!);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(CancellationToken cancellation)
    {
        await shell.WaitForExitAsync(cancellation);
        return shell.ExitCode;
    }

    /// <summary>Asks it to end, and ends it when it does not.</summary>
    public void Dispose()
    {
        shell.StandardInput.Close();
        if (!shell.WaitForExit(EndLimit))
        {
            shell.Kill(entireProcessTree: true);
            shell.WaitForExit(EndLimit);
        }

        shell.Dispose();
    }
}
