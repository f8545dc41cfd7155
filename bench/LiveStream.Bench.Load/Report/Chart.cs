using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace LiveStream.Bench.Load.Report;

/// <summary>One chart of lines with their points; on the left what was measured, from 0 or logarithmic.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="LogX">Whether the horizontal axis is logarithmic.</param>
/// <param name="LogY">Whether the vertical axis is logarithmic.</param>
public sealed record Chart(string Title, string X, string Y, bool LogX = false, bool LogY = false)
{
    /// <summary>Width of a chart, pixels.</summary>
    public const double Width = 520;

    /// <summary>Height of a chart, pixels.</summary>
    public const double Height = 320;

    /// <summary>Texts are measured in one font, and clipped where the viewer has a wider one.</summary>
    private const string RoomForOtherFonts = "      ";

    private readonly List<LineSeries> _lines = [];

    /// <summary>Text of a mark on the horizontal axis, of which there is then one at every whole number; null = the number itself, where it fits.</summary>
    public Func<double, string>? Label { get; init; }

    /// <summary>Whether nothing was measured for it.</summary>
    public bool IsEmpty => _lines.TrueForAll(static line => line.Points.Count == 0);

    /// <summary>Adds a line; on a logarithmic axis what is not above 0 is left out.</summary>
    public Chart With(string name, IEnumerable<(double X, double Y)> points)
    {
        var line = new LineSeries { Title = name + RoomForOtherFonts, MarkerType = MarkerType.Circle, MarkerSize = 3 };
        line.Points.AddRange(points.Where(point => point.Y > 0 || !LogY).Select(point => new DataPoint(point.X, point.Y)));
        _lines.Add(line);
        return this;
    }

    /// <summary>The chart as an SVG element.</summary>
    public string ToSvg()
    {
        var model = new PlotModel { Title = Title, TitleFontSize = 14, Background = OxyColors.White };
        model.Axes.Add(MakeAxis(AxisPosition.Bottom, X, LogX, Label));
        model.Axes.Add(MakeAxis(AxisPosition.Left, Y, LogY, label: null));
        foreach (var line in _lines)
        {
            model.Series.Add(line);
        }

        if (_lines.Count > 1)
        {
            model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        }

        return new SvgExporter { Width = Width, Height = Height, IsDocument = false, UseVerticalTextAlignmentWorkaround = true }.ExportToString(model);
    }

    private static Axis MakeAxis(AxisPosition position, string title, bool logarithmic, Func<double, string>? label)
    {
        Axis axis = logarithmic ? new LogarithmicAxis() : new LinearAxis { MinimumPadding = 0.05, MaximumPadding = 0.1 };
        axis.Position = position;
        axis.Title = title;
        axis.AxisTitleDistance = position == AxisPosition.Left ? 14 : 4;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = OxyColors.LightGray;
        axis.LabelFormatter = label ?? (static value => value.ToString("#,0.##", CultureInfo.InvariantCulture));
        if (label is not null)
        {
            axis.MajorStep = 1;
        }

        if (position == AxisPosition.Left && !logarithmic)
        {
            axis.Minimum = 0;
        }

        return axis;
    }
}
