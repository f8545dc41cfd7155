using System.Globalization;
using LiveStream.Bench.Load.Measuring;

namespace LiveStream.Bench.Load.Report;

/// <summary>The columns of the table, as text.</summary>
public static class LoadTable
{
    /// <summary>Headings; all but the first and the last are numbers.</summary>
    public static IReadOnlyList<string> Headings { get; } =
        ["row", "lanes", "M events/s", "M events/s a core", "CPU ns/event", "alloc B/event", "lanes' 2nd half B/event", "kept MB", "resident MB", "answer", "does"];

    /// <summary>One line.</summary>
    public static string[] Cells(Measured m) => m.Skipped is { } why
        ? [m.Row, Lanes(m), .. Enumerable.Repeat("", Headings.Count - 4), why, m.Does]
        :
        [
            m.Row,
            Lanes(m),
            Number(m.MillionPerSecond, 2),
            Number(m.MillionPerCoreSecond, 2),
            Number(m.CpuNsPerEvent, 1),
            Number(m.AllocatedPerEvent, 1),
            m.SecondHalfBytes is { } half ? Number(half / (m.Events / 2.0), 2) : "",
            m.KeptBytes is { } kept ? Number(kept / 1e6, 0) : "",
            Number(m.ResidentBytes / 1e6, 0),
            m.Wrong ?? "right",
            m.Note is { } note ? $"{m.Does}; {note}" : m.Does,
        ];

    /// <summary>A sentence on where and what.</summary>
    public static string Caption(Machine machine, LoadOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"W1, {options.Events:N0} events, {options.Rooms:N0} rooms, {options.Viewers:N0} viewers, {options.Events / options.Rate:0.#} s of event time, best of {options.Repeat}. {machine.Caption}");

    private static string Lanes(Measured m) => m.Lanes == 0 ? "" : m.Lanes.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value, int digits) => value.ToString("N" + digits, CultureInfo.InvariantCulture);
}
