using System.CommandLine;
using LiveStream.Bench.Load.Growth;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Report;
using LiveStream.Integration.Fixtures;

namespace LiveStream.Bench.Load.Commands;

/// <summary><c>growth</c>: what an event costs when viewers, rooms, lanes or event time grow.</summary>
internal static class GrowthCommand
{
    public static Command Create()
    {
        var scale = new Option<double>("--scale") { Description = "Share of W1's events and viewers, above 0 and at most 1.", DefaultValueFactory = static _ => 1 };
        var axes = new Option<GrowthAxis[]>("--axes") { Description = "What grows; default all.", DefaultValueFactory = static _ => Enum.GetValues<GrowthAxis>(), AllowMultipleArgumentsPerToken = true };
        var results = new Option<DirectoryInfo>("--results") { Description = "Folder of the dated JSON and picture.", DefaultValueFactory = static _ => new DirectoryInfo(ResultsFolder) };
        scale.Validators.Add(result =>
        {
            if (result.GetValue(scale) is not (> 0 and <= 1))
            {
                result.AddError("--scale must be above 0 and at most 1.");
            }
        });
        var command = new Command("growth", "Measures row stream at growing numbers of viewers, rooms, lanes and seconds, and draws the curves.") { scale, axes, results };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(scale), parsed.GetValue(axes)!, parsed.GetValue(results)!.FullName, cancellation));
        return command;
    }

    /// <summary>Where dated results are kept.</summary>
    public static string ResultsFolder => Path.Combine(Repository.Root, "bench", "results");

    private static async Task<int> RunAsync(double scale, GrowthAxis[] axes, string folder, CancellationToken cancellation)
    {
        var machine = Machine.Here();
        var measured = new List<GrowthMeasured>();
        foreach (var point in GrowthPoint.All(scale).Where(point => axes.Contains(point.Axis)))
        {
            measured.Add(new(point, await StreamProcess.MeasureAsync(point, cancellation)));
            Console.WriteLine(GrowthReport.Line(measured[^1]));
        }

        Console.WriteLine(machine.Caption);
        foreach (var target in GrowthReport.Targets(measured))
        {
            Console.WriteLine(target);
        }

        Console.WriteLine($"Written: {GrowthReport.Write(folder, machine, measured)}.json and .svg");
        return measured.Exists(point => point.Row.Wrong is not null) ? 1 : 0;
    }
}
