using System.Buffers;
using System.Text;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Oracle;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using LiveStream.Publish.Json;

namespace LiveStream.Simulation.Exactness;

/// <summary>Replays logs in memory through the real decoder, intake, lanes and snapshot JSON, as <c>livestream replay</c> does with files.</summary>
internal static class EngineReplay
{
    /// <summary>The engine's lines and counters for the same input and options as the oracle's.</summary>
    public static async Task<OracleResult> Run(IReadOnlyList<byte[]> files, OracleOptions oracle, int lanes, Random? chunks = null)
    {
        var sinks = new List<CollectingSink>();
        var pipeline = new PipelineOptions
        {
            Lanes = lanes,
            BatchEvents = 64,
            Cadence = SnapshotCadence.Replay(oracle.EveryMs ?? 0),
        };
        await using var engine = new StreamEngine(EngineOptionsOf.Oracle(oracle), pipeline, _ =>
        {
            sinks.Add(new CollectingSink());
            return sinks[^1];
        });
        Feed(engine, files, chunks);
        await engine.CompleteAsync();
        var c = engine.Counters;
        var lines = sinks.SelectMany(s => s.Lines)
            .OrderBy(l => l.AsOfMs).ThenBy(l => l.Room, ByteOrder).ThenBy(l => l.Session, ByteOrder).ThenBy(l => l.StartMs)
            .Select(l => l.Json);
        return new OracleResult([.. lines], new OracleCounters(c.Read, c.Applied, c.Late, c.Moved, c.Duplicate, c.Rejected));
    }

    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y));

    // Always continues with the file whose watermark is least, a random number of lines at a time.
    private static void Feed(StreamEngine engine, IReadOnlyList<byte[]> files, Random? chunks)
    {
        var decoder = new EventDecoder(new Pseudonym("0123456789abcdef0123456789abcdef"u8));
        var intake = engine.OpenGroup(0, files.Count);
        var positions = new int[files.Count];
        var open = Enumerable.Range(0, files.Count).ToList();
        while (open.Count > 0)
        {
            var file = open.MinBy(intake.WatermarkMs);
            for (var lines = chunks?.Next(1, 9) ?? 16; lines > 0 && positions[file] < files[file].Length; lines--)
            {
                var rest = files[file].AsSpan(positions[file]);
                var end = rest.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                positions[file] += end < 0 ? rest.Length : end + 1;
                Add(intake, file, decoder, line);
            }

            if (positions[file] >= files[file].Length)
            {
                intake.EndPartition(file);
                open.Remove(file);
            }

            intake.Flush(CancellationToken.None);
        }
    }

    private static void Add(GroupIntake intake, int file, EventDecoder decoder, ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return;
        }

        if (line.Length > RecordReader.MaxRecordBytes)
        {
            intake.Reject(RejectReason.Size);
            return;
        }

        var reason = decoder.Decode(line, TopicTypes.All, out var parsed);
        if (reason == RejectReason.None)
        {
            intake.Add(file, parsed, GroupIntake.NoTimestamp);
        }
        else
        {
            intake.Reject(reason);
        }
    }

    private sealed class CollectingSink : LaneSink
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public List<(long AsOfMs, byte[] Room, byte[] Session, long StartMs, byte[] Json)> Lines { get; } = [];

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
            _buffer.ResetWrittenCount();
            SnapshotJson.Write(_buffer, snapshot, default);
            Lines.Add((snapshot.AsOfMs, snapshot.Room, snapshot.Session, snapshot.StartMs, _buffer.WrittenSpan.ToArray()));
        }
    }
}
