using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveStream.Bench.Load.Growth;
using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Report;

/// <summary>How cost grows, as lines of text, a file for programs and a picture.</summary>
public static class GrowthReport
{
    private const double MostResidentMb = 1000;
    private const double MillionsForMemory = 10;

    // State that no cache holds any more costs more than state that a cache holds in part; an algorithm that is not linear would cost tenfold.
    private const double FlatWithin = 1.5;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>One line of a point.</summary>
    public static string Line(GrowthMeasured point) => string.Create(
        CultureInfo.InvariantCulture,
        $"{point.Point.Axis,-10} {point.Point.At,12:N0}  {point.Point.Lanes,2} lanes  {point.Row.CpuNsPerEvent,9:N1} ns/event  {point.CpuNsPerSnapshot,11:N0} ns/room and second  "
        + $"{point.Row.MillionPerSecond,6:N2} M events/s  {point.Row.ResidentBytes / 1e6,6:N0} MB  {point.Row.Wrong ?? "right"}");

    /// <summary>What the curves are held to.</summary>
    public static IReadOnlyList<Target> Targets(IReadOnlyList<GrowthMeasured> points)
    {
        var targets = new List<Target>();
        var viewers = Of(points, GrowthAxis.Viewers, lanes: 1);
        if (viewers is [.., var most] && most.Point.At >= MillionsForMemory * 1e6)
        {
            targets.Add(new("Resident with 10 M viewers after 60 M events, MB", most.Row.ResidentBytes / 1e6, MostResidentMb, AtLeast: false));
        }

        if (WorstRoom(points, lanes: 1) is { } one && WorstRoom(points, lanes: 2) is { } two)
        {
            targets.Add(new("All traffic in one room, two lanes against one, by the clock", two.Row.MillionPerSecond / one.Row.MillionPerSecond, 1.8, AtLeast: true));
        }

        AddFlat(targets, "CPU an event, 10 M viewers against 1 M", Of(points, GrowthAxis.Viewers, 1), from: 1e6, to: 10e6, static p => p.Row.CpuNsPerEvent);
        AddFlat(targets, "CPU an event, 10 lanes against 1", [.. points.Where(p => p.Point.Axis == GrowthAxis.Lanes)], from: 1, to: 10, static p => p.Row.CpuNsPerEvent);
        AddFlat(targets, "CPU a room and second, 6 h of event time against 1 h", Of(points, GrowthAxis.EventTime, 1), from: 3600, to: 21_600, static p => p.CpuNsPerSnapshot);
        return targets;
    }

    /// <summary>Writes <c>DATE-growth.json</c> and <c>DATE-growth.svg</c>.</summary>
    /// <returns>The paths without their ending.</returns>
    public static string Write(string folder, Machine machine, IReadOnlyList<GrowthMeasured> points)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{machine.Date}-growth");
        File.WriteAllBytes(path + ".json", JsonSerializer.SerializeToUtf8Bytes(new { machine, targets = Targets(points), points }, Indented));
        ChartSheet.Write(path + ".svg", columns: 2, $"W1, row stream. {machine.Caption}", Charts(points));
        return path;
    }

    private static void AddFlat(List<Target> targets, string what, List<GrowthMeasured> curve, double from, double to, Func<GrowthMeasured, double> cost)
    {
        if (curve.Find(p => p.Point.At == from) is { } small && curve.Find(p => p.Point.At == to) is { } large && cost(small) > 0)
        {
            targets.Add(new(what, cost(large) / cost(small), FlatWithin, AtLeast: false));
        }
    }

    private static IReadOnlyList<Chart> Charts(IReadOnlyList<GrowthMeasured> points) =>
    [
        Cost("CPU over viewers (six events each)", "viewers", points, GrowthAxis.Viewers, 1),
        Memory("Resident over viewers", "viewers", points, GrowthAxis.Viewers),
        Cost("CPU over rooms that share the same traffic", "rooms", points, GrowthAxis.Rooms, 1, 2),
        new Chart("Throughput over rooms that share the same traffic", "rooms", "M events/s by the clock", LogX: true)
            .With("1 lane", Of(points, GrowthAxis.Rooms, 1).Select(p => (p.Point.At, p.Row.MillionPerSecond)))
            .With("2 lanes", Of(points, GrowthAxis.Rooms, 2).Select(p => (p.Point.At, p.Row.MillionPerSecond))),
        Memory("Resident over rooms", "rooms", points, GrowthAxis.Rooms),
        Cost("CPU over event time that holds the same events", "seconds of event time", points, GrowthAxis.EventTime, 1),
        new Chart("CPU a room and second of event time", "seconds of event time", "microseconds", LogX: true, LogY: true)
            .With("1 lane", Of(points, GrowthAxis.EventTime, 1).Select(p => (p.Point.At, p.CpuNsPerSnapshot / 1000))),
        new Chart("CPU over lanes", "lanes", "ns/event")
            .With("CPU", points.Where(p => p.Point.Axis == GrowthAxis.Lanes).Select(p => (p.Point.At, p.Row.CpuNsPerEvent))),
        new Chart("Throughput over lanes", "lanes", "M events/s by the clock")
            .With("clock", points.Where(p => p.Point.Axis == GrowthAxis.Lanes).Select(p => (p.Point.At, p.Row.MillionPerSecond))),
    ];

    private static Chart Cost(string title, string x, IReadOnlyList<GrowthMeasured> points, GrowthAxis axis, params ReadOnlySpan<int> lanes)
    {
        var chart = new Chart(title, x, "ns/event", LogX: true);
        foreach (var count in lanes)
        {
            chart.With(count == 1 ? "1 lane" : $"{count} lanes", Of(points, axis, count).Select(p => (p.Point.At, p.Row.CpuNsPerEvent)));
        }

        return chart;
    }

    private static Chart Memory(string title, string x, IReadOnlyList<GrowthMeasured> points, GrowthAxis axis) =>
        new Chart(title, x, "MB", LogX: true).With("1 lane", Of(points, axis, 1).Select(p => (p.Point.At, p.Row.ResidentBytes / 1e6)));

    private static List<GrowthMeasured> Of(IReadOnlyList<GrowthMeasured> points, GrowthAxis axis, int lanes) =>
        [.. points.Where(p => p.Point.Axis == axis && p.Point.Lanes == lanes).OrderBy(p => p.Point.At)];

    private static GrowthMeasured? WorstRoom(IReadOnlyList<GrowthMeasured> points, int lanes) =>
        Of(points, GrowthAxis.Rooms, lanes).Find(p => p.Point.At == 1);
}
