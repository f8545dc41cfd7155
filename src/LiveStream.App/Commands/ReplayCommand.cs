using System.CommandLine;
using LiveStream.App.Replay;

namespace LiveStream.App.Commands;

/// <summary><c>livestream replay</c>: the command line of <see cref="ReplayRun"/>.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Event files, one JSON object a line, plain or gzip (.gz). Files given together are separate partitions.",
            Arity = ArgumentArity.OneOrMore,
        };
        var every = new Option<string?>("--every")
        {
            Description = "A settled snapshot per session and multiple of this time: 10s, 1m, 2h. Without it: the last snapshot of each session.",
            HelpName = "TIME",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "File for the snapshots, one JSON object a line, ordered by time, room, session; - or nothing is stdout.",
            HelpName = "FILE",
        };
        var room = new Option<string?>("--room") { Description = "Write the snapshots of this room only.", HelpName = "ID" };
        var lanes = new Option<int?>("--lanes") { Description = "Lanes to compute with, 1..64; changes no number. Default: the number of cores.", HelpName = "N" };
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 when a line was rejected." };
        var common = new CommonOptions();
        var command = new Command("replay", "Turns event files into settled snapshots, as fast as it goes; needs neither Kafka nor Redis.")
        {
            files, every, output, room, lanes, strict,
        };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var everyText = parsed.GetValue(every);
            var request = new ReplayRequest
            {
                Files = parsed.GetRequiredValue(files),
                EveryMs = everyText is null ? 0 : Durations.ParseMs("--every", everyText),
                Output = parsed.GetValue(output),
                Room = parsed.GetValue(room),
                Strict = parsed.GetValue(strict),
            };
            var options = common.Read(parsed, KeyValuePair.Create("Engine:Lanes", parsed.GetValue(lanes)?.ToString()));
            return new ReplayRun(request, options, TimeProvider.System).RunAsync(cancellation);
        });
        return command;
    }
}
