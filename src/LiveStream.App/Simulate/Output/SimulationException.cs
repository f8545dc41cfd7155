namespace LiveStream.App.Simulate;

/// <summary>A run failed for a reason outside it. The message is one sentence for the user, with what to do.</summary>
public sealed class SimulationException(string message, Exception? inner = null) : Exception(message, inner);
