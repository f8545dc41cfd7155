using LiveStream.Oracle;

namespace LiveStream.Integration.Crashes;

/// <summary>What came of one fault.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="FromFaultMs">From its beginning until every room was fresh; null when the next one came before.</param>
/// <param name="FromHealedMs">From the start of the replacement, or the return of what was away.</param>
/// <param name="FromGivenMs">From Kafka giving groups to an instance, if that came later; null when it gave none.</param>
internal readonly record struct CrashOutcome(CrashKind Kind, long? FromFaultMs, long? FromHealedMs, long? FromGivenMs);

/// <summary>A run whose snapshots were all those of the oracle.</summary>
/// <param name="Plan">What was done.</param>
/// <param name="Outcomes">What came of each fault.</param>
/// <param name="Counters">Where the events of its log end.</param>
/// <param name="Writes">Snapshots that became visible.</param>
/// <param name="Snapshots">Different ones among them.</param>
/// <param name="Took">How long it took.</param>
internal sealed record CrashResult(
    CrashPlan Plan, IReadOnlyList<CrashOutcome> Outcomes, OracleCounters Counters, long Writes, int Snapshots, TimeSpan Took)
{
    /// <summary>Processes that were killed.</summary>
    public int Kills => Plan.Faults.Count(fault => fault.IsKill);
}
