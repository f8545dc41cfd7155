using System.Diagnostics.Metrics;
using LiveStream.Ingest.Kafka;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline;

namespace LiveStream.App.Telemetry;

/// <summary>
/// The engine's counters as OpenTelemetry instruments of the meter <c>LiveStream</c>: read when an exporter asks, nothing on the
/// path of events. Lives as long as the engine that it reads.
/// </summary>
internal sealed class LineMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "LiveStream";

    private static readonly string[] Reasons = [.. Enum.GetNames<RejectReason>().Select(name => name.ToLowerInvariant())];

    private readonly Meter meter = new(Name);

    /// <summary>Creates the instruments.</summary>
    public LineMeter(StreamEngine engine, KafkaSource source)
    {
        Count("livestream.events.read", "Events read.", () => engine.Counters.Read);
        Count("livestream.events.applied", "Events that changed settled numbers.", () => engine.Counters.Applied);
        Count("livestream.events.late", "Events dropped because they came later than the allowed lateness.", () => engine.Counters.Late);
        Count("livestream.events.late_idle", "Of the late or moved ones, those that came to a partition left out as idle.", () => engine.Counters.LateIdle);
        Count("livestream.events.moved", "Late trade, start and end events that were moved instead of dropped.", () => engine.Counters.Moved);
        Count("livestream.events.duplicate", "Copies of trade events.", () => engine.Counters.Duplicate);
        meter.CreateObservableCounter("livestream.events.rejected", () => Rejected(engine), "{event}", "Events not accepted, by reason.");
        meter.CreateObservableCounter("livestream.kafka.rebalances", () => source.Rebalances, description: "Times that Kafka gave groups to this instance or took them.");
        meter.CreateObservableGauge("livestream.kafka.lag", () => source.Lag.Sum(partition => partition.Lag), "{record}", "Records between what has been read and the ends of the partitions.");
        meter.CreateObservableGauge("livestream.deadletters.waiting", () => source.DeadLettersWaiting, description: "Dead letters that Kafka has not confirmed yet.");
        meter.CreateObservableGauge("livestream.events.pending", () => engine.Counters.Pending, "{event}", "Events read and not settled yet.");
    }

    public void Dispose() => meter.Dispose();

    private void Count(string name, string description, Func<long> value) => meter.CreateObservableCounter(name, value, "{event}", description);

    private static IEnumerable<Measurement<long>> Rejected(StreamEngine engine)
    {
        var byReason = engine.RejectedByReason;
        for (var reason = 1; reason < byReason.Length; reason++)
        {
            yield return new Measurement<long>(byReason[reason], new KeyValuePair<string, object?>("reason", Reasons[reason]));
        }
    }
}
