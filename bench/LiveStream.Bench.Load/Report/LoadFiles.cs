using System.Text;
using System.Text.Json;
using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Report;

/// <summary>The table as files.</summary>
public static class LoadFiles
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Everything that was measured, for programs.</summary>
    public static void WriteJson(string path, Machine machine, LoadOptions options, IReadOnlyList<Measured> rows) =>
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(new { machine, options, rows, targets = Target.Of(rows) }, Indented));

    /// <summary>The table, for people.</summary>
    public static void WriteMarkdown(string path, Machine machine, LoadOptions options, IReadOnlyList<Measured> rows)
    {
        var text = new StringBuilder();
        text.Append(LoadTable.Caption(machine, options)).Append("\n\n");
        Line(text, LoadTable.Headings);
        Line(text, LoadTable.Headings.Select((_, i) => i is 0 or > 8 ? "---" : "---:"));
        foreach (var row in rows)
        {
            Line(text, LoadTable.Cells(row));
        }

        text.Append('\n');
        foreach (var target in Target.Of(rows))
        {
            text.Append("- ").Append(target).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
