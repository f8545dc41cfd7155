using System.Text;
using LiveStream.App.Commands;
using LiveStream.App.Configuration;
using LiveStream.Ingest.Decoding;
using LiveStream.Ingest.Files;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

namespace LiveStream.App.Replay;

/// <summary>
/// <c>livestream replay</c>: files -> intake -> lanes -> snapshots in order -> output. Run once by its command; the output appears
/// only when it is whole.
/// </summary>
internal sealed class ReplayRun(ReplayRequest request, LiveStreamOptions options, TimeProvider time)
{
    /// <summary>Pseudonyms of a replay are never published and never stored: any fixed key gives the same bytes on every run.</summary>
    private static readonly byte[] ReplayKey = new byte[Recovery.IdentityKey.NewBytes];

    /// <summary>Runs to the end of the files.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">A file is missing or the output cannot be written; nothing has been written then.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var source = OpenSource();
        using var output = OutputFile.Create(request.Output);
        using var log = new SnapshotLog(options.Lanes, output.ScratchPath);
        var startedAt = time.GetTimestamp();
        var (result, counters) = await ReadAsync(source, log, cancellation);
        log.WriteTo(output.Stream);
        output.Commit();
        await ReportAsync(result, counters, time.GetElapsedTime(startedAt));
        return result.Broken || (request.Strict && counters.Rejected > 0) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private FileSource OpenSource()
    {
        try
        {
            return new FileSource(request.Files, new EventDecoder(new Pseudonym(ReplayKey)));
        }
        catch (IOException e)
        {
            throw new UsageException($"{e.Message.TrimEnd('.')}; name existing event files that this user may read.");
        }
    }

    private async Task<(FileReadResult Result, CounterTotals Counters)> ReadAsync(FileSource source, SnapshotLog log, CancellationToken cancellation)
    {
        var room = request.Room is null ? null : Encoding.UTF8.GetBytes(request.Room);
        var pipeline = new PipelineOptions { Lanes = options.Lanes, Cadence = SnapshotCadence.Replay(request.EveryMs) };
        await using var engine = new StreamEngine(options.Engine, pipeline, lane => new ReplaySink(log.OpenLane(lane), room));
        var intake = engine.OpenGroup(group: 0, partitions: source.Count);

        long done = 0;
        var total = request.Files.Sum(file => new FileInfo(file).Length);
        void Progress(long bytes, long _) => Volatile.Write(ref done, bytes);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Factory.StartNew(
            () => source.Read(intake, Progress, failed.Token),
            failed.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(TerminalProgress.ShowAsync("replay", reading, () => Volatile.Read(ref done) / Math.Max(1.0, total), time), engine.Faulted);
        if (!reading.IsCompleted)
        {
            // A lane has failed: nothing takes events any more, and what it threw is the reason.
            await failed.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await engine.Faulted;
        }

        var result = await reading;
        await engine.CompleteAsync();
        return (result, engine.Counters);
    }

    private static async Task ReportAsync(FileReadResult result, CounterTotals counters, TimeSpan elapsed)
    {
        foreach (var file in result.Files)
        {
            if (file.BadLines > 0)
            {
                var more = file.BadLines > file.FirstBadLines.Count ? " and so on" : "";
                await Console.Error.WriteLineAsync($"{file.Path}: {file.BadLines} bad {(file.BadLines == 1 ? "line" : "lines")} rejected: {string.Join(", ", file.FirstBadLines)}{more}.");
            }

            if (file.Error is not null)
            {
                await Console.Error.WriteLineAsync(file.Error);
            }
        }

        await Console.Error.WriteLineAsync(ReplaySummary.Line(counters, elapsed));
    }
}
