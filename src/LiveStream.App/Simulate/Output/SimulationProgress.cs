namespace LiveStream.App.Simulate;

/// <summary>How far a run has come.</summary>
/// <param name="Lines">Events written, with duplicates and garbage.</param>
/// <param name="Bytes">Bytes of JSON written, before compression.</param>
/// <param name="SendMs">Send time of the latest, ms since the Unix epoch.</param>
public readonly record struct SimulationProgress(long Lines, long Bytes, long SendMs);
