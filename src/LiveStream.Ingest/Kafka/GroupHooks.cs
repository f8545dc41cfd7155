namespace LiveStream.Ingest.Kafka;

/// <summary>
/// What a composition root wants to know about the partition groups of this instance. Called on the reading thread, which waits; an
/// exception ends the source.
/// </summary>
/// <param name="Opening">A group was assigned; none of its records has been read.</param>
/// <param name="Closed">A group was given up; no lane holds its rooms any more.</param>
public readonly record struct GroupHooks(Action<int>? Opening, Action<int>? Closed);
