using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Growth;

/// <summary>Measures a point in a process of its own, so that what is resident at its end is one engine's.</summary>
internal static class StreamProcess
{
    private static readonly JsonSerializerOptions Camel = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Runs this program for one row.</summary>
    /// <exception cref="InvalidOperationException">It ended without a row.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the process was ended.</exception>
    public static async Task<Measured> MeasureAsync(GrowthPoint point, CancellationToken cancellation)
    {
        var file = Path.GetTempFileName();
        try
        {
            string[] arguments =
            [
                .. Program(),
                "--rows", string.Join(',', point.Load.Rows), "--repeat", Number(point.Load.Repeat), "--lanes", Number(point.Lanes),
                "--events", Number(point.Load.Events), "--rooms", Number(point.Load.Rooms), "--viewers", Number(point.Load.Viewers),
                "--rate", point.Load.Rate.ToString("R", CultureInfo.InvariantCulture), "--json", file,
            ];
            var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            await using var ending = cancellation.Register(process.Kill);
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            using var json = await ReadAsync(file, said[1]);
            return json.RootElement.GetProperty("rows")[0].Deserialize<Measured>(Camel)!;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Run by its own executable it needs nothing more, run by dotnet the assembly.</summary>
    private static string[] Program() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(StreamProcess).Assembly.Location] : [];

    private static async Task<JsonDocument> ReadAsync(string file, string errors)
    {
        try
        {
            return JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"The run of a point ended without a row: {errors}", e);
        }
    }
}
