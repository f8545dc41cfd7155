namespace LiveStream.App.Simulate;

/// <summary>What the command <c>simulate</c> does, composed: workload, disturbances, writer, truth. Called by the command and the demo.</summary>
public static class Simulation
{
    /// <summary>Writes files as fast as it goes, and the truth beside them.</summary>
    /// <param name="options">Validated; ends by itself after the workload's usual length when the user gave none.</param>
    /// <param name="path">As of <see cref="FileWriter.Write"/>.</param>
    /// <param name="truthPath">File of the truth, or null.</param>
    /// <param name="progress">Told now and then, or null.</param>
    /// <param name="cancellation">Stops; files and truth then hold what was made so far.</param>
    public static SimulationProgress ToFiles(
        SimulationOptions options, string path, string? truthPath, Action<SimulationProgress>? progress, CancellationToken cancellation)
    {
        options = options.Bounded();
        var truth = truthPath is null ? null : new TruthLedger(options);
        var result = FileWriter.Write(EventSources.Create(options), options, path, truth, progress, cancellation);
        Save(truthPath, truth, options);
        return result;
    }

    /// <summary>Sends to Kafka in real time, event time = now, until the workload ends or the run is cancelled.</summary>
    /// <param name="options">Validated; without minutes and events it goes on until cancelled.</param>
    /// <param name="kafka">Where to.</param>
    /// <param name="truthPath">File of the truth, written at the end, or null.</param>
    /// <param name="clock">Now.</param>
    /// <param name="progress">Told now and then, on the sending thread; or null.</param>
    /// <param name="cancellation">Stops; what was sent is flushed and in the truth.</param>
    public static async Task<SimulationProgress> ToKafkaAsync(
        SimulationOptions options, KafkaSinkOptions kafka, string? truthPath, TimeProvider clock, Action<SimulationProgress>? progress, CancellationToken cancellation)
    {
        options = options with { StartMs = options.StartMs ?? clock.GetUtcNow().ToUnixTimeMilliseconds() };
        var truth = truthPath is null ? null : new TruthLedger(options);
        using var sink = new KafkaSink(options, kafka, truth);
        var result = await sink.RunAsync(EventSources.Create(options), clock, progress, cancellation);
        Save(truthPath, truth, options);
        return result;
    }

    private static void Save(string? path, TruthLedger? truth, SimulationOptions options)
    {
        if (path is not null && truth is not null)
        {
            TruthDocument.Save(path, truth, options);
        }
    }
}
