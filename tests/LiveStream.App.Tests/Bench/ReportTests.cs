using System.Text.Json;
using System.Xml.Linq;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Growth;
using LiveStream.Bench.Load.Latency;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Report;
using LiveStream.Bench.Load.Rows;

namespace LiveStream.App.Tests.Bench;

public sealed class ReportTests
{
    private static readonly Machine Here = new("a processor", 2, ".NET", "a system <x64>", "abc", "2026-11-28", "0.1");

    [Fact]
    public void TargetsAreRatiosOfTheRowsThatRan()
    {
        var targets = Target.Of([Row("A", 1, 2, 2), Row("A", 2, 1, 2), Row("plain", 0, 10, 10), Measured.NotRun("C", "", "skipped: no Kafka") with { Lanes = 1 }]);
        var two = Assert.Single(targets, target => target.What.Contains("two lanes", StringComparison.Ordinal));
        Assert.Equal((2.0, true), (two.Value, two.Reached));
        var plain = Assert.Single(targets, target => target.What.Contains("plain", StringComparison.Ordinal));
        Assert.Equal((5.0, false), (plain.Value, plain.Reached));
        Assert.DoesNotContain(targets, target => target.What.StartsWith('C'));
    }

    [Fact]
    public void ARowThatDidNotKeepPaceMissesThatTargetAndHasNoOther()
    {
        var publish = Row("publish", 0, 1, 1) with { Pace = 0.5 };
        Assert.False(Assert.Single(Target.Of([publish])).Reached);
        Assert.Equal([true, true], Target.Of([publish with { Pace = 1, CoreShare = 0.05 }]).Select(target => target.Reached));
    }

    [Fact]
    public void ARowThatDidNotRunSaysWhyAndIsNotWrong()
    {
        var row = Measured.NotRun("C", "end to end", "skipped: no Kafka here");
        Assert.Equal(LoadTable.Headings.Count, LoadTable.Cells(row).Length);
        Assert.Contains("skipped: no Kafka here", LoadTable.Cells(row));
        Assert.Null(row.Wrong);
    }

    [Fact]
    public void TheFilesOfATableHoldRowsAndTargets()
    {
        using var folder = new TemporaryFolder();
        var (json, markdown) = (Path.Combine(folder.Path, "t.json"), Path.Combine(folder.Path, "t.md"));
        Measured[] rows = [Row("A", 1, 1, 1), Measured.NotRun("C", "end to end", "skipped: no Kafka here")];
        LoadFiles.WriteJson(json, Here, new(), rows);
        LoadFiles.WriteMarkdown(markdown, Here, new(), rows);
        using var document = JsonDocument.Parse(File.ReadAllBytes(json));
        Assert.Equal(2, document.RootElement.GetProperty("rows").GetArrayLength());
        Assert.NotEqual(0, document.RootElement.GetProperty("targets").GetArrayLength());
        Assert.Contains("- A, M events/s a core: 0.00, target at least 15, missed", File.ReadAllText(markdown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGrowthPointRunsAndIsDrawn()
    {
        using var folder = new TemporaryFolder();
        var points = GrowthPoint.All(scale: 0.001).Where(point => point.Axis == GrowthAxis.Rooms && point.At <= 10).ToList();
        var measured = new List<GrowthMeasured>();
        foreach (var point in points)
        {
            var row = Assert.Single(await LoadRows.Run(point.Load with { Lanes = [point.Lanes] }).ToListAsync(TestContext.Current.CancellationToken));
            Assert.Null(row.Wrong);
            Assert.Equal(point.Load.Events, row.Events);
            measured.Add(new GrowthMeasured(point, row));
        }

        Assert.Equal([1, 2, 1, 2], measured.Select(point => point.Row.Lanes));
        Assert.Single(GrowthReport.Targets(measured));
        var path = GrowthReport.Write(folder.Path, Here, measured);
        Assert.Equal(4, JsonDocument.Parse(File.ReadAllBytes(path + ".json")).RootElement.GetProperty("points").GetArrayLength());
        Assert.Equal(3, ChartsIn(path + ".svg"));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(149, true)]
    [InlineData(151, false)]
    public void CurvesAreHeldToBeFlat(double costAtTheEnd, bool isFlat)
    {
        var points = GrowthPoint.All(scale: 1).Where(point => point is { Axis: GrowthAxis.Viewers, At: 1e6 or 10e6 }).ToList();
        GrowthMeasured[] measured =
        [
            new(points[0], Costing(100)), new(points[1], Costing(costAtTheEnd)),
        ];
        Assert.Equal(isFlat, Assert.Single(GrowthReport.Targets(measured), target => target.What.StartsWith("CPU an event, 10 M viewers", StringComparison.Ordinal)).Reached);

        static Measured Costing(double nsPerEvent) => Row("stream", 1, 1, 1) with { Events = 1000, Taken = new Taken { Cpu = TimeSpan.FromTicks((long)(nsPerEvent * 10)) } };
    }

    [Fact]
    public void GrowthHasTheIssuesEnds()
    {
        var points = GrowthPoint.All(scale: 1);
        Assert.Contains(points, point => point.Load is { Viewers: 10_000_000, Events: 60_000_000 });
        Assert.Contains(points, point => point is { Load.Rooms: 1, Lanes: 2 });
        Assert.Contains(points, point => point.Load.Rooms == 10_000);
        Assert.Contains(points, point => point.Lanes == 10);
        Assert.Contains(points, point => Math.Abs((point.Load.Events / point.Load.Rate) - (6 * 3600)) < 1);
    }

    [Fact]
    public void LatencyIsDrawnAndHeldToItsTargets()
    {
        using var folder = new TemporaryFolder();
        var options = new LatencyOptions { Rate = 100_000 };
        var fast = Percentiles.Of(Enumerable.Range(1, 1000).Select(ms => ms / 100.0));
        var slow = Percentiles.Of(Enumerable.Range(1, 1000).Select(ms => (double)ms));
        LatencyMeasured[] loads = [new("100,000/s", options, 100_000, fast, slow, Unseen: 0), new("1/s", options with { Rate = 1 }, 0.5, fast, fast, Unseen: 2)];
        Assert.Equal([true, false], LatencyReport.Targets(loads).Select(target => target.Reached));
        Assert.Equal([true, false], loads.Select(load => load.KeptPace));
        Assert.Contains("NOT KEPT PACE, 2 probes unseen", LatencyReport.Lines(loads[1]), StringComparison.Ordinal);
        var path = LatencyReport.Write(folder.Path, Here, loads);
        Assert.EndsWith("-latency-1000-rooms", path, StringComparison.Ordinal);
        Assert.Equal(2, ChartsIn(path + ".svg"));
        Assert.Contains("p99.9", File.ReadAllText(path + ".md"), StringComparison.Ordinal);
        Assert.Contains("1/s: 1/s (not kept)", File.ReadAllText(path + ".svg"), StringComparison.Ordinal);
    }

    [Fact]
    public void PercentilesAreOfTheNearestRank()
    {
        var found = Percentiles.Of(Enumerable.Range(1, 200).Reverse().Select(ms => (double)ms));
        Assert.Equal((200, 100.0, 198.0, 200.0, 200.0), (found.Count, found.P50, found.P99, found.P999, found.Max));
        Assert.Equal(0.995, found.Curve[^1].Share);
        Assert.True(double.IsNaN(Percentiles.Of([]).P50));
    }

    private static Measured Row(string row, int lanes, int wallSeconds, int cpuSeconds) => new()
    {
        Row = row, Does = "", Lanes = lanes, Events = 1000, Taken = new Taken(TimeSpan.FromSeconds(wallSeconds), TimeSpan.FromSeconds(cpuSeconds), 0),
    };

    private static int ChartsIn(string path)
    {
        XNamespace svg = "http://www.w3.org/2000/svg";
        var charts = XDocument.Load(path).Root!.Elements(svg + "svg").ToList();
        Assert.All(charts, chart => Assert.NotEmpty(chart.Descendants(svg + "polyline")));
        var names = charts.SelectMany(chart => chart.Descendants(svg + "clipPath")).Select(clip => clip.Attribute("id")!.Value).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        return charts.Count;
    }
}
