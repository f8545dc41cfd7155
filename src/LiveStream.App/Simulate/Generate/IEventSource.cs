namespace LiveStream.App.Simulate;

/// <summary>A workload, ordered by send time. Deterministic: the same options give the same events, however they are asked for.</summary>
public interface IEventSource
{
    /// <summary>Nothing will ever come again.</summary>
    bool Ended { get; }

    /// <summary>Fills the next event if its send time is at most <paramref name="untilMs"/>.</summary>
    /// <param name="untilMs">Ms since the Unix epoch; must not fall from call to call. <see cref="long.MaxValue"/> = as fast as possible.</param>
    /// <param name="e">Overwritten whole when the result is true.</param>
    bool TryNext(long untilMs, ref SimulatedEvent e);
}
