using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Integration.Recovery;

/// <summary>What was measured at full size, each with what was promised, as a page named by the day.</summary>
internal sealed class FullSizeTable(Action<string> say)
{
    private readonly List<string> rows = [];
    private readonly List<string> notes = [];
    private readonly DateTime from = DateTime.UtcNow;

    /// <summary>Rows that are not what was promised.</summary>
    public List<string> Missed { get; } = [];

    /// <summary>A time and the most that it may be.</summary>
    public void Add(string what, TimeSpan took, TimeSpan most) => Add(
        string.Create(CultureInfo.InvariantCulture, $"| {what} | {took.TotalSeconds:0.00} s | {most.TotalSeconds:0} s |"), took <= most);

    /// <summary>Memory in words.</summary>
    public void AddMemory(string what, bool isFlat) => Add($"| {what} | {(isFlat ? "flat" : "grows")} | flat |", isFlat);

    /// <summary>A line below the table.</summary>
    public void Note(string line) => notes.Add(line.Trim());

    /// <summary>Writes the page; returns its path.</summary>
    public string Write()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "bench", "results")).FullName;
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{from:yyyy-MM-dd}-recovery.md"));
        var commit = Environment.GetEnvironmentVariable("LIVESTREAM_TEST_COMMIT") ?? "unknown";
        var text = new StringBuilder();
        text.AppendLine("# Recovery at full size");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"`tests/crashes --full-size`: `livestream run`, `livestream simulate --workload w1` at a fixed pace, a Kafka of one node and a redis-server, all on one machine. {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, commit {commit}, {from:yyyy-MM-dd}.");
        text.AppendLine();
        text.AppendLine("| what | measured | promised |");
        text.AppendLine("|---|---:|---:|");
        rows.ForEach(row => text.AppendLine(row));
        text.AppendLine();
        text.AppendLine("A room is fresh when its settled numbers are at most as old as lateness, a hop, the rhythm of writing and half a second make them, and its live object was written since.");
        notes.ForEach(note => text.AppendLine().AppendLine(note));
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private void Add(string row, bool isKept)
    {
        rows.Add(row);
        say(row);
        if (!isKept)
        {
            Missed.Add(row);
        }
    }
}
