using System.Text;

namespace LiveStream.Oracle;

/// <summary>How a live log is made.</summary>
/// <param name="Records">About how many records.</param>
/// <param name="Topics">Number of topics; each may carry every type.</param>
/// <param name="Rooms">Number of rooms, 1..6.</param>
/// <param name="LatenessMs">Allowed lateness of the engine that reads it.</param>
/// <param name="Slow">Minutes between events rather than tenths of a second.</param>
/// <param name="PartitionOf">Partition of a key.</param>
public sealed record LiveLogShape(int Records, int Topics, int Rooms, long LatenessMs, bool Slow, Func<string, int> PartitionOf);

/// <summary>
/// Seeded logs as <see cref="LogGenerator"/> makes them, spread over topics and the wall clock: what is appended at a time happened then or
/// up to a third of the lateness before. What is older follows, in the same instant, an event of its partition that happened just then, so
/// that what becomes of it depends on its partition alone, even if the partition was idle.
/// </summary>
public static class LiveLogGenerator
{
    private const int MostValueBytes = 1 << 14;

    private static readonly string[] RoomNames = ["r1", "\uFF9Fr", "\U0001F600r", "r{4}", "r%5", "直播间6"];

    /// <summary>The records in the order in which they are appended; the same seed and shape always give the same.</summary>
    public static IReadOnlyList<LiveRecord> Generate(int seed, LiveLogShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var random = new Random(seed);
        var rooms = RoomNames[..shape.Rooms];
        return new Making(random, shape, rooms, new LogClock(random, shape.Slow ? LogPace.Minutes : LogPace.Seconds), new EventMaker(random, rooms)).All();
    }

    private sealed class Making(Random random, LiveLogShape shape, string[] rooms, LogClock clock, EventMaker events)
    {
        private readonly List<LiveRecord> _records = [];

        private long OnTimeMs => shape.LatenessMs / 3;

        public IReadOnlyList<LiveRecord> All()
        {
            while (_records.Count < shape.Records)
            {
                var nowMs = clock.Next();
                var topic = random.Next(shape.Topics);
                switch (random.Next(100))
                {
                    case < 5:
                        Take(nowMs, topic, GarbageMaker.Make(random, events.Make(BehindOf(nowMs))));
                        break;
                    case < 9:
                        Meet(nowMs, topic);
                        break;
                    case < 20:
                        TakeTogether(nowMs, topic);
                        break;
                    case < 24:
                        Take(nowMs, topic, Styled(events.Make(nowMs - shape.LatenessMs - random.NextInt64(100_000))));
                        break;
                    default:
                        Take(nowMs, topic, Styled(events.Make(BehindOf(nowMs))));
                        break;
                }
            }

            return _records;
        }

        private long BehindOf(long nowMs) => nowMs - random.Next(100) switch
        {
            < 60 => 0,
            < 90 => random.NextInt64(OnTimeMs + 1),
            _ => OnTimeMs,
        };

        private byte[] Styled(List<(string Name, string Value)> fields) => JsonStyle.Write(random, fields);

        private void Take(long nowMs, int topic, byte[] line)
        {
            // A record that begins with a bracket is an array, a line that does is no event.
            var trimmed = line.AsSpan().TrimStart(" \t\r"u8);
            if (trimmed.IsEmpty || trimmed[0] == (byte)'[' || line.Contains((byte)'\n') || line.Length > MostValueBytes)
            {
                return;
            }

            var read = EventReader.Read(line);
            Append(nowMs, topic, read?.Room ?? rooms[random.Next(rooms.Length)], [line], line, read?.Ts);
        }

        /// <summary>Events of one room in one record.</summary>
        private void TakeTogether(long nowMs, int topic)
        {
            var room = EventMaker.Quoted(rooms[random.Next(rooms.Length)]);
            var lines = Enumerable.Range(0, random.Next(2, 6)).Select(_ => Styled(InRoom(events.Make(BehindOf(nowMs)), room))).ToList();
            var read = lines.Select(line => EventReader.Read(line)!).ToList();
            var isArray = random.Next(2) == 0;
            var value = Encoding.UTF8.GetBytes((isArray ? "[" : "") + string.Join(isArray ? ',' : '\n', lines.Select(Encoding.UTF8.GetString)) + (isArray ? "]" : "\n"));
            Append(nowMs, topic, read[0].Room, lines, value, read.Min(item => item.Ts));
        }

        /// <summary>An event at the bound of its partition and one moved there, right after the event that sets the bound.</summary>
        private void Meet(long nowMs, int topic)
        {
            var pair = events.MakeMeetingAt(nowMs - shape.LatenessMs);
            foreach (var fields in pair)
            {
                Take(nowMs, topic, Styled(fields));
            }
        }

        private void Append(long nowMs, int topic, string room, IReadOnlyList<byte[]> lines, byte[] value, long? oldestTs)
        {
            var partition = shape.PartitionOf(room);
            var isOld = oldestTs < nowMs - OnTimeMs;
            if (isOld)
            {
                var onTime = Encoding.UTF8.GetBytes($$"""{"type":"heartbeat","user":"u1","room":{{EventMaker.Quoted(room)}},"ts":{{nowMs}}}""");
                _records.Add(new LiveRecord(nowMs, topic, partition, room, nowMs, MayTrail: false, onTime, [onTime]));
            }

            _records.Add(new LiveRecord(nowMs, topic, partition, room, nowMs, MayTrail: !isOld, value, lines));
        }

        private static List<(string Name, string Value)> InRoom(List<(string Name, string Value)> fields, string room) =>
            [.. fields.Select(field => field.Name == "room" ? (field.Name, room) : field)];
    }
}
