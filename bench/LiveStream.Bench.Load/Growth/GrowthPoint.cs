using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Growth;

/// <summary>One run of row <c>stream</c>: W1 with one of its measures changed.</summary>
/// <param name="Axis">What is changed.</param>
/// <param name="At">Its value.</param>
/// <param name="Lanes">Lanes.</param>
/// <param name="Load">How much of W1.</param>
public sealed record GrowthPoint(GrowthAxis Axis, double At, int Lanes, LoadOptions Load)
{
    private const int EventsPerViewer = 6;

    /// <summary>
    /// All points. Viewers grow with their events, as W1 has six a viewer; everything else keeps W1's number of events.
    /// </summary>
    /// <param name="scale">1 = W1 as it is; less makes every run shorter.</param>
    public static IReadOnlyList<GrowthPoint> All(double scale)
    {
        var w1 = new LoadOptions { Rows = ["stream"], Repeat = 1 };
        w1 = w1 with { Events = (int)(w1.Events * scale), Viewers = (int)(w1.Viewers * scale) };
        int[] millions = [1, 2, 5, 10];
        int[] rooms = [1, 10, 100, 1000, 10_000];
        int[] lanes = [1, 2, 4, 8, 10];
        int[] seconds = [10, 60, 600, 3600, 21_600];
        return
        [
            .. millions.Select(m => new GrowthPoint(GrowthAxis.Viewers, m * 1e6 * scale, 1, w1 with { Viewers = m * w1.Viewers, Events = m * w1.Viewers * EventsPerViewer })),
            .. rooms.SelectMany(_ => new[] { 1, 2 }, (r, l) => new GrowthPoint(GrowthAxis.Rooms, r, l, w1 with { Rooms = r })),
            .. lanes.Select(l => new GrowthPoint(GrowthAxis.Lanes, l, l, w1)),
            .. seconds.Select(s => new GrowthPoint(GrowthAxis.EventTime, s, 1, w1 with { Rate = w1.Events / (double)s })),
        ];
    }
}

/// <summary>What grows.</summary>
public enum GrowthAxis
{
    /// <summary>Distinct viewers, and the events with them.</summary>
    Viewers,

    /// <summary>Rooms among which the same traffic is shared; one is the worst room there is.</summary>
    Rooms,

    /// <summary>Lanes, on however many cores there are.</summary>
    Lanes,

    /// <summary>Seconds of event time over which the same events are spread.</summary>
    EventTime,
}

/// <summary>What a point took.</summary>
public sealed record GrowthMeasured(GrowthPoint Point, Measured Row)
{
    /// <summary>Nanoseconds of CPU per snapshot of a room and second, everything included.</summary>
    public double CpuNsPerSnapshot => Row.Snapshots is > 0 and var snapshots ? Row.Taken.Cpu.TotalNanoseconds / snapshots : 0;
}
