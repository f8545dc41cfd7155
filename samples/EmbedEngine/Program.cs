// The engine inside a program of yours: events in, settled snapshots out. No Kafka, no Redis.
using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;

var pipeline = new PipelineOptions { Lanes = 1, Cadence = SnapshotCadence.Replay(everyMs: 10_000) };
await using var engine = new StreamEngine(new EngineOptions(), pipeline, _ => new PrintingSink());
var intake = engine.OpenGroup(group: 0, partitions: 1);
var decoder = new EventDecoder(new Pseudonym(new byte[32]));
foreach (var line in File.ReadLines(args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "events.jsonl")))
{
    var reason = decoder.Decode(Encoding.UTF8.GetBytes(line), TopicTypes.All, out var parsed);
    if (reason == LiveStream.Metrics.Events.RejectReason.None)
    {
        intake.Add(partition: 0, parsed, GroupIntake.NoTimestamp);
    }
}

intake.EndPartition(0);
intake.Flush(CancellationToken.None);
await engine.CompleteAsync();

/// <summary>Called by the lane; the snapshot is valid during the call.</summary>
internal sealed class PrintingSink : LaneSink
{
    public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session) => Console.WriteLine(
        $"{Encoding.UTF8.GetString(snapshot.Room)} at {snapshot.AsOfMs - snapshot.StartMs} ms: {snapshot.Online.Now} online, {snapshot.SessionWindow.Viewers} viewers, GMV {snapshot.SessionWindow.Trade.GmvMinor} minor units");
}
