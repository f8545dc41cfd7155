using System.Buffers;
using System.Text;
using System.Text.Json;
using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Metrics.Options;
using LiveStream.Metrics.Snapshots;
using LiveStream.Oracle;
using LiveStream.Pipeline;
using LiveStream.Pipeline.Intake;
using LiveStream.Pipeline.Options;
using LiveStream.Pipeline.Output;
using LiveStream.Pipeline.Recovery;
using LiveStream.Pipeline.Wide;
using LiveStream.Publish.Json;

namespace LiveStream.Simulation.Exactness;

/// <summary>Replays logs in memory through the real decoder, intake, lanes and snapshot JSON, as <c>livestream replay</c> does with files.</summary>
internal static class EngineReplay
{
    /// <summary>The engine's lines and counters for the same input and options as the oracle's.</summary>
    /// <param name="files">The logs, one partition each.</param>
    /// <param name="oracle">Options.</param>
    /// <param name="lanes">Lanes of the engines that read by turns.</param>
    /// <param name="chunks">How many lines are read at a time; null = 16.</param>
    /// <param name="handOverOneIn">Every so many chunks on average another engine takes over with an image of the group; 0 = never.</param>
    public static Task<OracleResult> Run(
        IReadOnlyList<byte[]> files, OracleOptions oracle, IReadOnlyList<int> lanes, Random? chunks = null, int handOverOneIn = 0) =>
        Run(new Reading(files), oracle, lanes, chunks, handOverOneIn, null);

    // Without wanted snapshots it settles as a replay does, else second by second, and keeps these.
    private static async Task<OracleResult> Run(
        Reading reading, OracleOptions oracle, IReadOnlyList<int> lanes, Random? chunks, int handOverOneIn, HashSet<SnapshotId>? wanted)
    {
        var sinks = new List<CollectingSink>();
        var total = default(CounterTotals);
        GroupImage? image = null;
        for (var turn = 0; !reading.Ended; turn++)
        {
            await using var engine = Open(oracle, lanes[turn % lanes.Count], sinks, wanted);
            image = await reading.Feed(engine, image, chunks, handOverOneIn);
            if (image is not null)
            {
                await engine.CloseGroupAsync(0);
            }

            await engine.CompleteAsync();
            total += engine.Counters;
        }

        // What a replay writes behind the last second is not settled there.
        if (wanted is not null)
        {
            var settledMs = sinks.Max(s => s.SettledMs);
            wanted.RemoveWhere(id => id.AsOfMs > settledMs);
        }

        var lines = sinks.SelectMany(s => s.Lines)
            .OrderBy(l => l.AsOfMs).ThenBy(l => l.Room, ByteOrder).ThenBy(l => l.Session, ByteOrder).ThenBy(l => l.StartMs)
            .Select(l => l.Json);
        return new OracleResult([.. lines], new OracleCounters(total.Read, total.Applied, total.Late, total.Moved, total.Duplicate, total.Rejected));
    }

    /// <summary>
    /// As <see cref="Run"/>, but settling every single second as a live engine does, with every room's users split over the lanes. Of the snapshots those
    /// are kept that a replay writes.
    /// </summary>
    /// <param name="files">The logs, one partition each.</param>
    /// <param name="oracle">Options.</param>
    /// <param name="lanes">Lanes of the engines that read by turns.</param>
    /// <param name="expected">What the oracle writes: keys of the snapshots to keep.</param>
    /// <param name="chunks">How many lines are read at a time.</param>
    /// <param name="handOverOneIn">Every so many chunks on average another engine takes over; 0 = never.</param>
    /// <returns>What was expected, as far as it was settled, what was found, and how many rooms were split at once.</returns>
    public static async Task<(OracleResult Expected, OracleResult Actual, int Split)> RunWide(
        IReadOnlyList<byte[]> files, OracleOptions oracle, IReadOnlyList<int> lanes, OracleResult expected, Random chunks, int handOverOneIn)
    {
        var wanted = expected.Lines.Select(SnapshotId.Of).ToHashSet();
        var reading = new Reading(files);
        var actual = await Run(reading, oracle, lanes, chunks, handOverOneIn, wanted);
        return (expected with { Lines = [.. expected.Lines.Where(line => wanted.Contains(SnapshotId.Of(line)))] }, actual, reading.MostSplit);
    }

    private static StreamEngine Open(OracleOptions oracle, int lanes, List<CollectingSink> sinks, HashSet<SnapshotId>? wanted)
    {
        var pipeline = new PipelineOptions
        {
            Lanes = lanes,
            BatchEvents = 64,
            Cadence = wanted is null ? SnapshotCadence.Replay(oracle.EveryMs ?? 0) : SnapshotCadence.EverySecond,
            WideRooms = new WideRoomOptions { LeastEventsPerSecond = 0, LeastShare = 0 },
        };
        return new StreamEngine(EngineOptionsOf.Oracle(oracle), pipeline, _ =>
        {
            sinks.Add(new CollectingSink(wanted));
            return sinks[^1];
        });
    }

    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y));

    /// <summary>How far the files have been read, whichever engine reads.</summary>
    private sealed class Reading(IReadOnlyList<byte[]> files)
    {
        private readonly EventDecoder _decoder = new(new Pseudonym("0123456789abcdef0123456789abcdef"u8));
        private readonly int[] _positions = new int[files.Count];
        private readonly List<int> _open = [.. Enumerable.Range(0, files.Count)];

        public bool Ended { get; private set; }

        public int MostSplit { get; private set; }

        // Always continues with the file whose watermark is least, a random number of lines at a time. Ends with an image when another engine is to go on.
        public async Task<GroupImage?> Feed(StreamEngine engine, GroupImage? image, Random? chunks, int handOverOneIn)
        {
            var intake = engine.OpenGroup(0, files.Count, image);
            intake.Flush(CancellationToken.None);
            await intake.Restored;
            foreach (var ended in Enumerable.Range(0, files.Count).Except(_open))
            {
                intake.EndPartition(ended);
            }

            while (_open.Count > 0)
            {
                if (handOverOneIn > 0 && chunks!.Next(handOverOneIn) == 0)
                {
                    var taking = intake.TakeImageAsync();
                    intake.Flush(CancellationToken.None);
                    return await taking;
                }

                // Now every second by itself, now several at a time.
                intake.IsBehind = chunks is not null && chunks.Next(8) != 0;
                ReadChunk(intake, _open.MinBy(intake.WatermarkMs), chunks?.Next(1, 9) ?? 16);
            }

            Ended = true;
            return null;
        }

        private void ReadChunk(GroupIntake intake, int file, int lines)
        {
            for (; lines > 0 && _positions[file] < files[file].Length; lines--)
            {
                var rest = files[file].AsSpan(_positions[file]);
                var end = rest.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                _positions[file] += end < 0 ? rest.Length : end + 1;
                Add(intake, file, _decoder, line);
            }

            if (_positions[file] >= files[file].Length)
            {
                intake.EndPartition(file);
                _open.Remove(file);
            }

            intake.Flush(CancellationToken.None);
            MostSplit = Math.Max(MostSplit, intake.WideRooms);
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
    }

    private sealed class CollectingSink(HashSet<SnapshotId>? wanted) : LaneSink
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public List<(long AsOfMs, byte[] Room, byte[] Session, long StartMs, byte[] Json)> Lines { get; } = [];

        public long SettledMs { get; private set; } = long.MinValue;

        public override void OnSettled(int group, long settledMs) => SettledMs = Math.Max(SettledMs, settledMs);

        public override void OnSnapshot(SessionSnapshot snapshot, in SessionOutput session)
        {
            if (wanted is not null && !wanted.Contains(SnapshotId.Of(snapshot)))
            {
                return;
            }

            _buffer.ResetWrittenCount();
            SnapshotJson.Write(_buffer, snapshot, default);
            Lines.Add((snapshot.AsOfMs, snapshot.Room, snapshot.Session, snapshot.StartMs, _buffer.WrittenSpan.ToArray()));
        }
    }
}

/// <summary>Which snapshot of which session it is.</summary>
internal readonly record struct SnapshotId(string Room, string Session, long StartMs, long AsOfMs)
{
    public static SnapshotId Of(SessionSnapshot snapshot) =>
        new(Encoding.UTF8.GetString(snapshot.Room), Encoding.UTF8.GetString(snapshot.Session), snapshot.StartMs, snapshot.AsOfMs);

    public static SnapshotId Of(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new SnapshotId(
            root.GetProperty("room").GetString()!, root.GetProperty("session").GetString()!, root.GetProperty("start").GetInt64(), root.GetProperty("asOf").GetInt64());
    }
}
