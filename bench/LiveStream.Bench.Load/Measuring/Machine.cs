using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace LiveStream.Bench.Load.Measuring;

/// <summary>Where and when a table was measured.</summary>
/// <param name="Cpu">Model of the processor.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="Runtime">Version of .NET.</param>
/// <param name="System">Operating system and architecture.</param>
/// <param name="Commit">Commit of the sources, or unknown.</param>
/// <param name="Date">Day, UTC.</param>
/// <param name="Load">Load average of the last minute at the start: other work on the machine.</param>
public sealed record Machine(string Cpu, int Cores, string Runtime, string System, string Commit, string Date, string Load)
{
    /// <summary>This machine, now.</summary>
    public static Machine Here() => new(
        CpuModel(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}",
        CommitOfSources(),
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        LoadAverage());

    /// <summary>All of it in a sentence.</summary>
    public string Caption => $"{Cpu}, {Cores} cores, load {Load} at the start, {System}, {Runtime}, commit {Commit}, {Date}.";

    private static string CpuModel()
    {
        const string Info = "/proc/cpuinfo";
        var line = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? "unknown" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string LoadAverage()
    {
        const string Path = "/proc/loadavg";
        return File.Exists(Path) ? File.ReadAllText(Path).Split(' ')[0] : "unknown";
    }

    private static string CommitOfSources()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", "describe --always --dirty --exclude=*")
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory,
            })!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? commit : "unknown";
        }
        catch (Win32Exception)
        {
            return "unknown"; // no git on this machine
        }
    }
}
