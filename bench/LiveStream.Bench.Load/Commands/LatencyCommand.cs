using System.CommandLine;
using System.Globalization;
using LiveStream.Bench.Load.Latency;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Report;
using LiveStream.Bench.Load.Rows;
using LiveStream.Bench.Load.Servers;

namespace LiveStream.Bench.Load.Commands;

/// <summary><c>latency</c>: from the intended send time to Redis, under loads.</summary>
internal sealed class LatencyCommand
{
    private static readonly LatencyOptions Defaults = new();

    private readonly Option<string> rates = new("--rates") { Description = "Loads, comma separated: events a second, or shares of row C's throughput.", DefaultValueFactory = static _ => "10%,50%,90%,100000" };
    private readonly Option<double?> throughput = new("--throughput") { Description = "Row C's throughput, events a second; default: row C is run for it." };
    private readonly Option<int> seconds = new("--seconds") { Description = "Seconds measured of each load, 1..3600.", DefaultValueFactory = static _ => Defaults.Seconds };
    private readonly Option<int> warm = new("--warm") { Description = "Seconds before that under the same load, 0..3600.", DefaultValueFactory = static _ => Defaults.WarmSeconds };
    private readonly Option<int> rooms = new("--rooms") { Description = "Rooms.", DefaultValueFactory = static _ => Defaults.Rooms };
    private readonly Option<int> viewers = new("--viewers") { Description = "Distinct viewers.", DefaultValueFactory = static _ => Defaults.Viewers };
    private readonly Option<int> batch = new("--batch") { Description = "Events of a room and topic that share a record, 1..1000.", DefaultValueFactory = static _ => Defaults.EventsPerRecord };
    private readonly Option<bool> embedded = new("--embedded") { Description = "Use the embedded Kafka and Redis of the demo: shows that it runs, not how fast." };
    private readonly Option<DirectoryInfo> results = new("--results") { Description = "Folder of the dated JSON and picture.", DefaultValueFactory = static _ => new DirectoryInfo(GrowthCommand.ResultsFolder) };

    public static Command Create() => new LatencyCommand().Build();

    private Command Build()
    {
        var command = new Command("latency", "Measures how long an event takes from its intended send time until it is in Redis, live and settled, under loads.")
        {
            rates, throughput, seconds, warm, rooms, viewers, batch, embedded, results,
        };
        rates.Validators.Add(result =>
        {
            if (Loads(result.GetValue(rates)!).Any(load => load.Value is not > 0))
            {
                result.AddError("--rates must be numbers above 0, or such numbers with a % sign, comma separated.");
            }
        });
        AddRange(seconds, 1);
        AddRange(warm, 0);
        command.SetAction(RunAsync);
        return command;
    }

    // On the option itself: the validator of a command runs before options that were not given have their defaults.
    private static void AddRange(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.GetValue(option) is var value && (value < least || value > 3600))
        {
            result.AddError($"{option.Name} must be {least}..3600.");
        }
    });

    private static IEnumerable<(string Text, bool IsShare, double? Value)> Loads(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(load => (
            load,
            load.EndsWith('%'),
            double.TryParse(load.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : (double?)null));

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var machine = Machine.Here();
        using var servers = new LineServers(parsed.GetValue(embedded));
        if ((servers.NoKafka ?? servers.NoRedis()) is { } missing)
        {
            Console.WriteLine(missing);
            return 0;
        }

        var loads = Loads(parsed.GetValue(rates)!).ToList();
        var full = parsed.GetValue(throughput) ?? (loads.Exists(load => load.IsShare) ? await ThroughputAsync(parsed.GetValue(embedded)) : 0);
        var measured = new List<LatencyMeasured>();
        foreach (var (text, isShare, value) in loads)
        {
            cancellation.ThrowIfCancellationRequested();
            var options = new LatencyOptions
            {
                Rate = isShare ? Math.Round(value!.Value / 100 * full) : value!.Value,
                EventsPerRecord = parsed.GetValue(batch),
                Rooms = parsed.GetValue(rooms),
                Viewers = parsed.GetValue(viewers),
                Seconds = parsed.GetValue(seconds),
                WarmSeconds = parsed.GetValue(warm),
            };
            measured.Add(await LatencyRun.MeasureAsync(servers, isShare ? $"{text} of row C" : $"{value:N0}/s", options));
            Console.WriteLine(LatencyReport.Lines(measured[^1]));
        }

        Console.WriteLine(machine.Caption);
        foreach (var target in LatencyReport.Targets(measured))
        {
            Console.WriteLine(target);
        }

        Console.WriteLine($"Written: {LatencyReport.Write(parsed.GetValue(results)!.FullName, machine, measured)}.json and .svg");
        return 0;
    }

    /// <summary>Row C's throughput here and now, events a second by the clock.</summary>
    private static async Task<double> ThroughputAsync(bool embedded)
    {
        var best = 0.0;
        await foreach (var row in LoadRows.Run(new LoadOptions { Rows = ["C"], Embedded = embedded, Repeat = 2 }))
        {
            Console.WriteLine(string.Join("  ", LoadTable.Cells(row)));
            best = Math.Max(best, row.MillionPerSecond * 1e6);
        }

        return best;
    }
}
