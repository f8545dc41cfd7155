using LiveStream.App.Simulate;

namespace LiveStream.App.Tests.Simulate;

/// <summary>Runs workloads in memory for the tests beside it.</summary>
internal static class Made
{
    public static List<SimulatedEvent> Events(IEventSource source)
    {
        var events = new List<SimulatedEvent>();
        var e = default(SimulatedEvent);
        while (source.TryNext(long.MaxValue, ref e))
        {
            events.Add(e);
        }

        return events;
    }

    /// <summary>The lines of one partition, and what the generator knows about them.</summary>
    public static (byte[] Lines, TruthLedger Truth) Log(SimulationOptions options)
    {
        var truth = new TruthLedger(options);
        using var lines = new MemoryStream();
        var line = new byte[SimulatedEventJson.MaxBytes + 1];
        foreach (var e in Events(EventSources.Create(options)))
        {
            truth.Add(in e, 0);
            var length = SimulatedEventJson.Write(in e, line);
            line[length] = (byte)'\n';
            lines.Write(line, 0, length + 1);
        }

        return (lines.ToArray(), truth);
    }
}
