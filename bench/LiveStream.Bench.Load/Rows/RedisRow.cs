using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Peers;
using LiveStream.Bench.Load.Workload;
using LiveStream.Metrics.Events;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Rows;

/// <summary>redis: counters kept in Redis only, from decoded events.</summary>
internal static class RedisRow
{
    private const string Does = "peer: counters in Redis alone: decoded events to HINCRBY, PFADD, ZINCRBY, SADD, pipelined";

    /// <summary>The first events are enough: it takes as long per event whatever their number.</summary>
    private const int MostEvents = 1_000_000;

    /// <summary>Of a HyperLogLog, standard error 0.81 %; a sum over rooms is closer than that.</summary>
    private const double ToleratedError = 0.03;

    /// <summary>Runs it; Redis is emptied before.</summary>
    public static async Task<Measured> Run(LoadMaterial material)
    {
        if (material.Servers.NoRedis() is { } missing)
        {
            return Measured.NotRun("redis", Does, missing);
        }

        var events = PlainEvent.Of(material.Workload.Decoded, MostEvents);
        using var client = await ConnectionMultiplexer.ConnectAsync(material.Servers.Redis);
        await client.GetDatabase().ExecuteAsync("FLUSHALL");
        var counters = new RedisCounters(client.GetDatabase());
        var meter = Meter.Start();
        await counters.Add(events);
        var taken = meter.Stop();
        var known = Known(events);
        var answer = await counters.AnswerAsync();
        var error = Math.Max(Error(answer.Viewers, known.Viewers), Error(answer.Interacting, known.Interacting));
        var exact = answer with { Viewers = known.Viewers, Interacting = known.Interacting };
        return new Measured
        {
            Row = "redis",
            Does = Does,
            Note = $"{(double)counters.Commands / events.Length:0.0} commands an event, viewers off by up to {error:0.0 %}, late events are counted",
            Events = events.Length,
            Taken = taken,
            ResidentBytes = Environment.WorkingSet,
            Wrong = exact.Difference(known) ?? (error <= ToleratedError ? null : $"viewers {answer.Viewers}, not about {known.Viewers}"),
        };
    }

    /// <summary>The sums over everything that was sent, late or not.</summary>
    private static Answer Known(PlainEvent[] events)
    {
        var payments = Array.FindAll(events, e => e.Type == EventType.Payment);
        return new Answer
        {
            Likes = events.Where(e => e.Type == EventType.Like).Sum(e => (long)e.Count),
            Payments = payments.Length,
            GmvMinor = payments.Sum(e => e.AmountMinor),
            PaidOrders = payments.Select(e => (e.Room, e.User, e.Order)).Distinct().Count(),
            Viewers = events.Where(e => e.Type != EventType.Leave).Select(e => (e.Room, e.User)).Distinct().Count(),
            Interacting = events.Where(e => EventTypes.IsInteraction(e.Type)).Select(e => (e.Room, e.User)).Distinct().Count(),
        };
    }

    private static double Error(long found, long known) => known == 0 ? 0 : Math.Abs(found - known) / (double)known;
}
