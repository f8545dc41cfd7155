using System.Globalization;
using LiveStream.Pipeline.Output;

namespace LiveStream.App.Replay;

/// <summary>The last line of a replay on stderr.</summary>
internal static class ReplaySummary
{
    /// <summary>As in <c>70 read, 68 applied, 1 late, 0 moved, 0 duplicate, 1 rejected, 0.1 s, 700 events/s</c>.</summary>
    public static string Line(in CounterTotals counters, TimeSpan elapsed)
    {
        var perSecond = elapsed > TimeSpan.Zero ? counters.Read / elapsed.TotalSeconds : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{counters.Read} read, {counters.Applied} applied, {counters.Late} late, {counters.Moved} moved, {counters.Duplicate} duplicate, {counters.Rejected} rejected, {elapsed.TotalSeconds:F1} s, {perSecond:F0} events/s");
    }
}
