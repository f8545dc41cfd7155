using System.CommandLine;
using LiveStream.Bench.Load;
using LiveStream.Bench.Load.Measuring;
using LiveStream.Bench.Load.Report;
using LiveStream.Bench.Load.Rows;
using Spectre.Console;

var defaults = new LoadOptions();
var events = new Option<int>("--events") { Description = "Events of W1, 1,000..20,000,000.", DefaultValueFactory = _ => defaults.Events };
var rooms = new Option<int>("--rooms") { Description = "Rooms.", DefaultValueFactory = _ => defaults.Rooms };
var viewers = new Option<int>("--viewers") { Description = "Distinct viewers.", DefaultValueFactory = _ => defaults.Viewers };
var rate = new Option<double>("--rate") { Description = "Events a second of event time.", DefaultValueFactory = _ => defaults.Rate };
var rowNames = new Option<string>("--rows") { Description = $"Rows to run, comma separated: {string.Join(", ", LoadRows.Names)}.", DefaultValueFactory = _ => "" };
var lanes = new Option<string>("--lanes") { Description = "Numbers of lanes, comma separated.", DefaultValueFactory = _ => "1,2" };
var repeat = new Option<int>("--repeat") { Description = "Runs of each row; the best is shown.", DefaultValueFactory = _ => defaults.Repeat };
var json = new Option<FileInfo?>("--json") { Description = "Writes everything measured to this file as JSON." };
var markdown = new Option<FileInfo?>("--markdown") { Description = "Writes the table to this file." };

var root = new RootCommand("Measures the engine and its peers on workload W1, and checks every answer.")
{
    events, rooms, viewers, rate, rowNames, lanes, repeat, json, markdown,
};
events.Validators.Add(result =>
{
    if (result.GetValue(events) is < 1000 or > 20_000_000)
    {
        result.AddError("--events must be 1000..20000000; all of them are held in memory.");
    }
});
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
root.SetAction(async (parsed, _) => await Measure(
    new LoadOptions
    {
        Events = parsed.GetValue(events),
        Rooms = parsed.GetValue(rooms),
        Viewers = parsed.GetValue(viewers),
        Rate = parsed.GetValue(rate),
        Rows = Split(parsed.GetValue(rowNames)),
        Lanes = [.. Split(parsed.GetValue(lanes)).Select(int.Parse)],
        Repeat = Math.Max(1, parsed.GetValue(repeat)),
    },
    parsed.GetValue(json),
    parsed.GetValue(markdown)));
return await root.Parse(args).InvokeAsync();

static string[] Split(string? names) => (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

static async Task<int> Measure(LoadOptions options, FileInfo? json, FileInfo? markdown)
{
    var machine = Machine.Here();
    var measured = new List<Measured>();
    await foreach (var row in LoadRows.Run(options))
    {
        measured.Add(row);
        Console.Error.WriteLine(string.Join("  ", LoadTable.Cells(row)));
    }

    var table = new Table().Border(TableBorder.Simple);
    foreach (var heading in LoadTable.Headings)
    {
        table.AddColumn(heading);
    }

    foreach (var row in measured)
    {
        table.AddRow(LoadTable.Cells(row).Select(Markup.Escape).ToArray());
    }

    AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
    AnsiConsole.Write(table);
    Console.WriteLine(LoadTable.Caption(machine, options));
    if (json is not null)
    {
        LoadFiles.WriteJson(json.FullName, machine, options, measured);
    }

    if (markdown is not null)
    {
        LoadFiles.WriteMarkdown(markdown.FullName, machine, options, measured);
    }

    return measured.Exists(row => row.Wrong is not null) ? 1 : 0;
}
