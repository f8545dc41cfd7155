using System.CommandLine;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Report;
using LiveStream.Bench.Load.Rows;
using Spectre.Console;

namespace LiveStream.Bench.Load.Commands;

/// <summary>The table: every row on workload W1, each with its answer checked.</summary>
internal sealed class TableCommand
{
    private const int MostInMemory = 20_000_000;
    private const int MostEvents = 1_000_000_000;

    private static readonly LoadOptions Defaults = new();

    private readonly Option<int> events = new("--events") { Description = "Events of W1.", DefaultValueFactory = static _ => Defaults.Events };
    private readonly Option<int> rooms = new("--rooms") { Description = "Rooms.", DefaultValueFactory = static _ => Defaults.Rooms };
    private readonly Option<int> viewers = new("--viewers") { Description = "Distinct viewers.", DefaultValueFactory = static _ => Defaults.Viewers };
    private readonly Option<double> rate = new("--rate") { Description = "Events a second of event time.", DefaultValueFactory = static _ => Defaults.Rate };
    private readonly Option<string> rowNames = new("--rows") { Description = $"Rows to run, comma separated: {string.Join(", ", LoadRows.Names)}.", DefaultValueFactory = static _ => "" };
    private readonly Option<string> lanes = new("--lanes") { Description = "Numbers of lanes, comma separated.", DefaultValueFactory = static _ => "1,2" };
    private readonly Option<int> repeat = new("--repeat") { Description = "Runs of each row; the best is shown.", DefaultValueFactory = static _ => Defaults.Repeat };
    private readonly Option<bool> embedded = new("--embedded") { Description = "Use the embedded Kafka and Redis of the demo; then the rows that need them show that they run, not how fast." };
    private readonly Option<FileInfo?> json = new("--json") { Description = "Writes everything measured to this file as JSON." };
    private readonly Option<FileInfo?> markdown = new("--markdown") { Description = "Writes the table to this file." };

    /// <summary>Gives a command the options of the table, and its action.</summary>
    public static void AddTo(Command command)
    {
        var table = new TableCommand();
        foreach (var option in (Option[])[table.events, table.rooms, table.viewers, table.rate, table.rowNames, table.lanes, table.repeat, table.embedded, table.json, table.markdown])
        {
            command.Options.Add(option);
        }

        table.AddValidators(command);
        command.SetAction(table.RunAsync);
    }

    private static string[] Split(string? names) => (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void AddValidators(Command command)
    {
        rowNames.Validators.Add(result =>
        {
            if (Split(result.GetValue(rowNames)).FirstOrDefault(name => !LoadRows.Names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            {
                result.AddError($"There is no row {unknown}; there are {string.Join(", ", LoadRows.Names)}.");
            }
        });
        lanes.Validators.Add(result =>
        {
            if (!Split(result.GetValue(lanes)).All(text => int.TryParse(text, out var number) && number is >= 1 and <= 64))
            {
                result.AddError("--lanes must be numbers of 1..64, comma separated.");
            }
        });
        command.Validators.Add(result =>
        {
            var named = Split(result.GetValue(rowNames));
            var most = named.Length > 0 && named.All(LoadRows.HoldsNothing) ? MostEvents : MostInMemory;

            // The validator of a command runs before options that were not given have their defaults.
            var number = result.GetResult(events) is { } given ? given.GetValueOrDefault<int>() : Defaults.Events;
            if (number < 1000 || number > most)
            {
                result.AddError($"--events must be 1000..{most} for these rows{(most == MostInMemory ? "; all of them are held in memory" : "")}.");
            }
        });
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var options = new LoadOptions
        {
            Events = parsed.GetValue(events),
            Rooms = parsed.GetValue(rooms),
            Viewers = parsed.GetValue(viewers),
            Rate = parsed.GetValue(rate),
            Rows = Split(parsed.GetValue(rowNames)),
            Lanes = [.. Split(parsed.GetValue(lanes)).Select(int.Parse)],
            Repeat = Math.Max(1, parsed.GetValue(repeat)),
            Embedded = parsed.GetValue(embedded),
        };
        var machine = Machine.Here();
        var measured = new List<Measured>();
        await foreach (var row in LoadRows.Run(options).WithCancellation(cancellation))
        {
            measured.Add(row);
            await Console.Error.WriteLineAsync(string.Join("  ", LoadTable.Cells(row)));
            cancellation.ThrowIfCancellationRequested();
        }

        var rows = LoadRows.InOrder(measured);
        Show(machine, options, rows);
        if (parsed.GetValue(json) is { } jsonFile)
        {
            LoadFiles.WriteJson(jsonFile.FullName, machine, options, rows);
        }

        if (parsed.GetValue(markdown) is { } markdownFile)
        {
            LoadFiles.WriteMarkdown(markdownFile.FullName, machine, options, rows);
        }

        return rows.Any(row => row.Wrong is not null) ? 1 : 0;
    }

    private static void Show(Machine machine, LoadOptions options, IReadOnlyList<Measured> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in LoadTable.Headings)
        {
            table.AddColumn(heading);
        }

        foreach (var row in rows)
        {
            table.AddRow(LoadTable.Cells(row).Select(Markup.Escape).ToArray());
        }

        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
        AnsiConsole.Write(table);
        Console.WriteLine(LoadTable.Caption(machine, options));
        foreach (var target in Target.Of(rows))
        {
            Console.WriteLine(target);
        }
    }
}
