using System.Globalization;
using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Report;

/// <summary>A figure that the engine is held to, as the table gives it.</summary>
/// <param name="What">What is measured, with its unit.</param>
/// <param name="Value">The figure.</param>
/// <param name="Wanted">What it should be.</param>
/// <param name="AtLeast">Whether it should be at least that; else at most.</param>
public sealed record Target(string What, double Value, double Wanted, bool AtLeast)
{
    /// <summary>Share of its work that a row at the pace of the clock has to do in time.</summary>
    public const double KeepingPace = 0.95;

    /// <summary>Whether it was reached.</summary>
    public bool Reached => AtLeast ? Value >= Wanted : Value <= Wanted;

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{What}: {Value:0.00}, target {(AtLeast ? "at least" : "at most")} {Wanted:0.##}, {(Reached ? "reached" : "missed")}");

    /// <summary>The targets whose rows are in the table and were run.</summary>
    public static IReadOnlyList<Target> Of(IReadOnlyList<Measured> rows)
    {
        var targets = new List<Target>();
        Engine(rows, targets);
        Line(rows, targets);
        return targets;
    }

    private static void Engine(IReadOnlyList<Measured> rows, List<Target> targets)
    {
        if (Find(rows, "A", lanes: 1) is { } state)
        {
            targets.Add(new("A, M events/s a core", state.MillionPerCoreSecond, 15, AtLeast: true));
            Ratio(targets, "A against plain C#, a core", state.MillionPerCoreSecond, Find(rows, "plain")?.MillionPerCoreSecond, 8);
            Ratio(targets, "A against System.Reactive's count of all events, a core", state.MillionPerCoreSecond, Find(rows, "rx")?.MillionPerCoreSecond, 1.5);
            Ratio(targets, "A against System.Reactive's count per room, a core", state.MillionPerCoreSecond, Find(rows, "rx-rooms")?.MillionPerCoreSecond, 1.5);
            Ratio(targets, "A against the bare gather, a core", state.MillionPerCoreSecond, Find(rows, "gather")?.MillionPerCoreSecond, 1 / 3.0);
            Ratio(targets, "A, two lanes against one, by the clock", Find(rows, "A", lanes: 2)?.MillionPerSecond ?? 0, state.MillionPerSecond, 1.8);
        }

        if (Find(rows, "B", lanes: 1) is { } bytes)
        {
            targets.Add(new("B, M events/s a core", bytes.MillionPerCoreSecond, 4, AtLeast: true));
        }

        if (Find(rows, "decode") is { } decode)
        {
            Ratio(targets, "decode against Utf8JsonReader, a core", decode.MillionPerCoreSecond, Find(rows, "json")?.MillionPerCoreSecond, 2);
        }
    }

    private static void Line(IReadOnlyList<Measured> rows, List<Target> targets)
    {
        if (Fastest(rows, "C") is { } single)
        {
            targets.Add(new("C, M events/s", single.MillionPerSecond, 2, AtLeast: true));
            Ratio(targets, "C against a bare Consume loop, by the clock", single.MillionPerSecond, Find(rows, "consume")?.MillionPerSecond, 1.2);
            Ratio(targets, "C against counters in Redis alone, by the clock", single.MillionPerSecond, Find(rows, "redis")?.MillionPerSecond, 1);
        }

        if (Fastest(rows, "C50") is { } batched)
        {
            targets.Add(new("C50, M events/s", batched.MillionPerSecond, 4, AtLeast: true));
        }

        if (Find(rows, "publish") is { Pace: { } pace } publish)
        {
            targets.Add(new("publish, share of the rooms written every second", pace, KeepingPace, AtLeast: true));
            if (publish.CoreShare is { } share)
            {
                targets.Add(new("publish, share of a core", share, 0.1, AtLeast: false));
            }
        }
    }

    private static void Ratio(List<Target> targets, string what, double own, double? other, double wanted)
    {
        if (own > 0 && other > 0)
        {
            targets.Add(new(what, own / other.Value, wanted, AtLeast: true));
        }
    }

    private static Measured? Find(IReadOnlyList<Measured> rows, string row, int lanes = 0) =>
        rows.FirstOrDefault(m => m.Row == row && m.Lanes == lanes && m.Skipped is null);

    private static Measured? Fastest(IReadOnlyList<Measured> rows, string row) =>
        rows.Where(m => m.Row == row && m.Skipped is null).MaxBy(m => m.MillionPerSecond);
}
