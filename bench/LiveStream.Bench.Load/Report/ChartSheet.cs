using System.Globalization;
using System.Security;
using System.Text;

namespace LiveStream.Bench.Load.Report;

/// <summary>Charts side by side in one SVG file, with a line under them on where they were measured.</summary>
public static class ChartSheet
{
    private const double CaptionHeight = 30;

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="columns">Charts in a row.</param>
    /// <param name="caption">The line under them.</param>
    /// <param name="all">The charts, row by row; empty ones are left out.</param>
    public static void Write(string path, int columns, string caption, IEnumerable<Chart> all)
    {
        var charts = all.Where(static chart => !chart.IsEmpty).ToList();
        var rows = (charts.Count + columns - 1) / columns;
        var height = (rows * Chart.Height) + CaptionHeight;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{columns * Chart.Width}\" height=\"{height}\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (var i = 0; i < charts.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<svg x=\"{i % columns * Chart.Width}\" y=\"{i / columns * Chart.Height}\" width=\"{Chart.Width}\" height=\"{Chart.Height}\">\n");
            svg.Append(Own(charts[i].ToSvg(), i)).Append("\n</svg>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{height - 10}\" font-family=\"sans-serif\" font-size=\"11\">{SecurityElement.Escape(caption)}</text>\n</svg>\n");
        File.WriteAllText(path, svg.ToString());
    }

    /// <summary>Each chart numbers its clipping paths from 1; in one file they need names of their own. Its declaration goes.</summary>
    private static string Own(string svg, int number) =>
        svg[svg.IndexOf("<svg", StringComparison.Ordinal)..].Replace("clipPath", $"chart{number}Path", StringComparison.Ordinal)
            .Replace($"<chart{number}Path", "<clipPath", StringComparison.Ordinal)
            .Replace($"</chart{number}Path", "</clipPath", StringComparison.Ordinal);
}
