using System.CommandLine;
using LiveStream.App.Configuration;
using LiveStream.App.Simulate;

namespace LiveStream.App.Commands;

/// <summary><c>livestream simulate</c>: the command line of <see cref="Simulation"/>.</summary>
internal sealed class SimulateCommand
{
    private readonly CommonOptions common = new();
    private readonly Option<string?> output = new("--output", "-o") { Description = "Write to this file (.gz: compressed; - is stdout), as fast as it goes.", HelpName = "FILE" };
    private readonly Option<bool> kafka = new("--kafka") { Description = "Send to the configured Kafka in real time, event time = now; creates topics that are missing." };
    private readonly Option<string> workload = new Option<string>("--workload") { Description = "A plausible evening, or the workload of the benchmarks.", DefaultValueFactory = static _ => "show" }.AcceptOnlyFromAmong("show", "w1");
    private readonly Option<ulong?> seed = new("--seed") { Description = "Seed of every random choice; the same seed gives the same events. Default 42.", HelpName = "N" };
    private readonly Option<int?> rooms = new("--rooms") { Description = "Rooms; traffic follows a zipf law. Default: 1 for show, 1,000 for w1.", HelpName = "N" };
    private readonly Option<int?> viewers = new("--viewers") { Description = "Distinct viewers.", HelpName = "N" };
    private readonly Option<long?> events = new("--events") { Description = "Stop after so many events, before duplicates and garbage.", HelpName = "N" };
    private readonly Option<double?> minutes = new("--minutes") { Description = "Stop after so many minutes of event time; a show closes then. Default to a file: 60 for show.", HelpName = "N" };
    private readonly Option<double?> rate = new("--rate") { Description = "Events a second of event time.", HelpName = "EVENTS_PER_SECOND" };
    private readonly Option<double?> disorder = new("--disorder") { Description = "Share of events sent up to 1.5 s after they happened, 0..1.", HelpName = "SHARE" };
    private readonly Option<double?> late = new("--late") { Description = "Share of events sent later than the allowed lateness, 0..1.", HelpName = "SHARE" };
    private readonly Option<double?> duplicates = new("--duplicates") { Description = "Share of trade events sent again, 0..1.", HelpName = "SHARE" };
    private readonly Option<double?> garbage = new("--garbage") { Description = "Share of events followed by a line that must be rejected, 0..1.", HelpName = "SHARE" };
    private readonly Option<int?> batch = new("--batch") { Description = "Events of one room and topic that share a Kafka record, 1..1,000.", HelpName = "N" };
    private readonly Option<int?> partitions = new("--partitions") { Description = "Files to write (rooms split by key), or partitions of topics that have to be created.", HelpName = "N" };
    private readonly Option<string?> truth = new("--truth") { Description = "Write what the generator knows to this file: counts, sums, true effects, true funnel.", HelpName = "FILE" };

    public static Command Create() => new SimulateCommand().Build();

    private Command Build()
    {
        var command = new Command("simulate", "Makes seeded live-room traffic with known truth, into a file or into Kafka.")
        {
            output, kafka, workload, seed, rooms, viewers, events, minutes, rate, disorder, late, duplicates, garbage, batch, partitions, truth,
        };
        common.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var path = parsed.GetValue(output);
        if ((path is not null) == parsed.GetValue(kafka))
        {
            throw new UsageException("simulate needs either --output FILE or --kafka; give one of them.");
        }

        var options = common.Read(parsed);
        var simulation = Options(parsed) with { LatenessMs = options.Engine.LatenessMs };
        if (simulation.Problem() is { } problem)
        {
            throw new UsageException(problem);
        }

        try
        {
            var made = path is not null
                ? await ToFilesAsync(simulation.Bounded(), path, parsed.GetValue(truth), cancellation)
                : await Simulation.ToKafkaAsync(simulation, Sink(parsed, options), parsed.GetValue(truth), TimeProvider.System, progress: null, cancellation);
            await Console.Error.WriteLineAsync($"{made.Lines} events written, {made.Bytes} bytes.");
            return ExitCodes.Done;
        }
        catch (Exception e) when (path is not null && e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"The output cannot be written: {e.Message}", e);
        }
    }

    private static async Task<SimulationProgress> ToFilesAsync(SimulationOptions simulation, string path, string? truthPath, CancellationToken cancellation)
    {
        var done = 0.0;
        void Note(SimulationProgress at) => Volatile.Write(ref done, simulation.Events is { } events
            ? at.Lines / (double)events
            : (at.SendMs - simulation.FirstMs) / (simulation.Minutes!.Value * 60_000));
        var writing = Task.Factory.StartNew(
            () => Simulation.ToFiles(simulation, path, truthPath, Note, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await TerminalProgress.ShowAsync("simulate", writing, () => Math.Min(1, Volatile.Read(ref done)), TimeProvider.System);
        return await writing;
    }

    private SimulationOptions Options(ParseResult parsed)
    {
        var defaults = SimulationOptions.For(parsed.GetValue(workload) == "w1" ? Workload.W1 : Workload.Show);
        return defaults with
        {
            Seed = parsed.GetValue(seed) ?? defaults.Seed,
            Rooms = parsed.GetValue(rooms) ?? defaults.Rooms,
            Viewers = parsed.GetValue(viewers) ?? defaults.Viewers,
            Events = parsed.GetValue(events) ?? defaults.Events,
            Minutes = parsed.GetValue(minutes) ?? defaults.Minutes,
            Rate = parsed.GetValue(rate) ?? defaults.Rate,
            Disorder = parsed.GetValue(disorder) ?? defaults.Disorder,
            Late = parsed.GetValue(late) ?? defaults.Late,
            Duplicates = parsed.GetValue(duplicates) ?? defaults.Duplicates,
            Garbage = parsed.GetValue(garbage) ?? defaults.Garbage,
            Batch = parsed.GetValue(batch) ?? defaults.Batch,
            Partitions = parsed.GetValue(partitions) ?? defaults.Partitions,
        };
    }

    private KafkaSinkOptions Sink(ParseResult parsed, LiveStreamOptions options)
    {
        var topics = options.Topics.Select(topic => (topic.Name, topic.Types)).ToList();
        var sink = new KafkaSinkOptions(options.Settings.Kafka.BootstrapServers, topics)
        {
            Partitioner = options.Settings.Kafka.Partitioner,
            Properties = options.Settings.Kafka.Properties,
        };
        return parsed.GetValue(partitions) is { } count ? sink with { PartitionsOfNewTopics = count } : sink;
    }
}
