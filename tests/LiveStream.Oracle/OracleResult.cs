namespace LiveStream.Oracle;

/// <summary>Where the events that were read have ended; <c>Read = Applied + Late + Duplicate + Rejected</c>.</summary>
/// <param name="Read">Lines that are not blank.</param>
/// <param name="Applied">Events in some session's numbers.</param>
/// <param name="Late">Events older than their bound, moved ones without a session among them.</param>
/// <param name="Moved">Of the applied and the duplicates, those whose time became their bound.</param>
/// <param name="Duplicate">Trade events whose id their session already had.</param>
/// <param name="Rejected">Lines that are no acceptable event.</param>
public sealed record OracleCounters(long Read, long Applied, long Late, long Moved, long Duplicate, long Rejected);

/// <summary>What a replay writes: the snapshots as UTF-8 JSON without line ends, in their order, and the counters.</summary>
public sealed record OracleResult(IReadOnlyList<byte[]> Lines, OracleCounters Counters);
