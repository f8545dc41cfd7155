namespace LiveStream.App.Simulate;

/// <summary>Composes a workload and what disturbs it.</summary>
public static class EventSources
{
    /// <summary>The source that the options ask for.</summary>
    public static IEventSource Create(SimulationOptions options)
    {
        IEventSource source = options.Workload == Workload.W1 ? new W1Generator(options) : new ShowGenerator(options);
        var delays = options.Workload == Workload.Show && options.Disorder + options.Late > 0;
        return delays || options.Duplicates + options.Garbage > 0 ? new DisturbedSource(source, options) : source;
    }
}
