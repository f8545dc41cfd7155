using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Report;
using StackExchange.Redis;

namespace LiveStream.Bench.Load.Rows;

/// <summary>
/// publish: what it costs to have every room in Redis every second: an engine over many quiet rooms at the pace of the clock, once with
/// the publisher and once with a sink that does nothing; the row is the difference.
/// </summary>
internal static class PublishRow
{
    private const string Does = "publish: every room to Redis every second, live and settled; an event is one room in one second";

    /// <summary>Runs both; Redis is emptied before.</summary>
    public static async Task<Measured> Run(LoadMaterial material)
    {
        if (material.Servers.NoRedis() is { } missing)
        {
            return Measured.NotRun("publish", Does, missing);
        }

        using var client = await ConnectionMultiplexer.ConnectAsync(material.Servers.Redis);
        await client.GetDatabase().ExecuteAsync("FLUSHALL");
        var (rooms, seconds) = (material.Options.PublishRooms, material.Options.PublishSeconds);
        var without = await WithoutAsync(rooms, seconds);
        await using var run = new PublishRun(rooms, material.Servers.Redis);
        var (with, written) = await run.MeasureAsync(seconds);
        var finalMs = await run.CompleteAsync();
        var publishing = with - without;
        var pace = written / (rooms * with.Wall.TotalSeconds);
        return new Measured
        {
            Row = "publish",
            Does = Does,
            Note = $"{written / with.Wall.TotalSeconds:N0} of {rooms:N0} rooms a second; {Share(with)} of a core with the engine, {Share(without)} without publishing",
            Events = written,
            Taken = publishing with { Wall = with.Wall },
            Pace = pace,
            CoreShare = pace >= Target.KeepingPace ? publishing.Cpu / with.Wall : null,
            ResidentBytes = Environment.WorkingSet,
            Wrong = await MissingAsync(client.GetDatabase(), rooms, finalMs),
        };
    }

    private static async Task<Taken> WithoutAsync(int rooms, int seconds)
    {
        await using var silent = new PublishRun(rooms, redis: null);
        var (taken, _) = await silent.MeasureAsync(seconds);
        await silent.CompleteAsync();
        return taken;
    }

    private static string Share(in Taken taken) => $"{taken.Cpu / taken.Wall:0.0 %}";

    /// <summary>Every room's last snapshot has to be in Redis.</summary>
    private static async Task<string?> MissingAsync(IDatabase database, int rooms, long finalMs)
    {
        var times = await Task.WhenAll(Enumerable.Range(0, rooms).Select(room => database.HashGetAsync(PublishRun.ScreenKey(room), "asOf")));
        var missing = times.Count(time => !(time.HasValue && (long)time == finalMs));
        return missing == 0 ? null : $"{missing} of {rooms} rooms have no last snapshot in Redis";
    }
}
