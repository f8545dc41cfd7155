using LiveStream.App.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveStream.App.Run;

/// <summary>Says once in a while what has gone through the line, so that a quiet terminal is known to be alive.</summary>
internal sealed class StatusService(Line line, RecoveryMeter recovery, TimeProvider time, ILogger<StatusService> log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var wait = First; ; wait = Every)
            {
                await Task.Delay(wait, time, stoppingToken);
                var counters = line.Counters;
                log.LogInformation(
                    "{Read} events read, {Applied} applied, {Late} late, {Duplicate} duplicate, {Rejected} rejected, {Pending} waiting to settle; {Lag} records behind; {Rooms} rooms; {Checkpoints}; {Rebalances} rebalances, {Restored} groups restored; {Fenced} writes fenced, {Reconnections} reconnections to Redis.",
                    counters.Read, counters.Applied, counters.Late, counters.Duplicate, counters.Rejected, counters.Pending, line.LagRecords, line.Rooms, Checkpoints(),
                    line.Rebalances, recovery.Restored, line.Redis.Fenced, line.Redis.Reconnections);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private string Checkpoints() => recovery.OldestAge(time.GetUtcNow()) is { } age
        ? $"{recovery.Written} checkpoints written, {recovery.Failed} failed, the oldest in use {age.TotalSeconds:F0} s old"
        : "no checkpoint yet";
}
