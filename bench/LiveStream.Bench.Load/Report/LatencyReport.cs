using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveStream.Bench.Load.Latency;
using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Report;

/// <summary>Latency as lines of text, a file for programs and a picture.</summary>
public static class LatencyReport
{
    private const double RateOfTargets = 100_000;
    private const double MostLiveMs = 50;
    private const double MostLiveMsOfManyRooms = 200;
    private const int ManyRooms = 10_000;
    private const double MostSettledMs = 300;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Lines of one load.</summary>
    public static string Lines(LatencyMeasured m) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {m.Load}: {m.Options.Rate:N0} events/s meant, {m.ReadPerSecond:N0} read{(m.KeptPace ? "" : $"; NOT KEPT PACE, {m.Unseen} probes unseen")}
          live     p50 {m.Live.P50,8:N1}  p99 {m.Live.P99,8:N1}  p99.9 {m.Live.P999,8:N1}  max {m.Live.Max,8:N1} ms  of {m.Live.Count:N0} probes
          settled  p50 {m.Settled.P50,8:N1}  p99 {m.Settled.P99,8:N1}  p99.9 {m.Settled.P999,8:N1}  max {m.Settled.Max,8:N1} ms  of {m.Settled.Count:N0} rooms and seconds, after T + lateness
        """);

    /// <summary>What the load of the targets is held to.</summary>
    public static IReadOnlyList<Target> Targets(IReadOnlyList<LatencyMeasured> loads)
    {
        var m = loads.FirstOrDefault(load => load.Options.Rate == RateOfTargets);
        return m is null ? [] :
        [
            new("Live, p99 at 100,000 events/s, ms", m.Live.P99, m.Options.Rooms >= ManyRooms ? MostLiveMsOfManyRooms : MostLiveMs, AtLeast: false),
            new("Settled, p99 after T + lateness at 100,000 events/s, ms", m.Settled.P99, MostSettledMs, AtLeast: false),
        ];
    }

    /// <summary>Writes <c>DATE-latency-ROOMS-rooms</c> as <c>.json</c>, <c>.md</c> and <c>.svg</c>.</summary>
    /// <returns>The paths without their ending.</returns>
    public static string Write(string folder, Machine machine, IReadOnlyList<LatencyMeasured> loads)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{machine.Date}-latency-{loads[0].Options.Rooms}-rooms"));
        var lines = loads.Select(Lines).Concat(Targets(loads).Select(static target => target.ToString()));
        File.WriteAllText(path + ".md", $"# Latency under load\n\n```\n{string.Join('\n', lines)}\n```\n\n{machine.Caption}\n");
        File.WriteAllBytes(path + ".json", JsonSerializer.SerializeToUtf8Bytes(new { machine, targets = Targets(loads), loads }, Indented));
        ChartSheet.Write(path + ".svg", columns: 2, $"W1 in real time. {machine.Caption}",
        [
            Curve("Live: intended send time to Redis", loads, static m => m.Live),
            Curve("Settled: T + lateness to Redis", loads, static m => m.Settled),
        ]);
        return path;
    }

    private static Chart Curve(string title, IReadOnlyList<LatencyMeasured> loads, Func<LatencyMeasured, Percentiles> which)
    {
        var chart = new Chart(title, "share of all, %", "ms", LogY: true)
        {
            Label = static nines => (100 - Math.Pow(10, 2 - nines)).ToString("0.###", CultureInfo.InvariantCulture),
        };
        foreach (var m in loads)
        {
            var (name, of) = (string.Create(CultureInfo.InvariantCulture, $"{m.Load}: {m.Options.Rate:N0}/s{(m.KeptPace ? "" : " (not kept)")}"), which(m));

            // The longest stands where one in all of them lies.
            chart.With(name, of.Curve.Select(point => (-Math.Log10(1 - point.Share), point.Ms)).Append((Math.Log10(Math.Max(1, of.Count)), of.Max)));
        }

        return chart;
    }
}
