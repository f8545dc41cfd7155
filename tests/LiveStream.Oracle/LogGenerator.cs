namespace LiveStream.Oracle;

/// <summary>
/// Seeded small logs that try what is hard: ties, disorder up to and beyond a lateness of 2 s, copies of trade events with
/// other contents, sessions that are named, unnamed, ended and resumed, users who return, rooms over several files, garbage.
/// Called by property tests; the same seed and size always give the same bytes.
/// </summary>
public static class LogGenerator
{
    private const long LatenessMs = 2_000;

    /// <summary>
    /// About <paramref name="size"/> lines in one to three files. The span of event time follows from seed modulo 4:
    /// 0 some minutes with many ties, 1 an hour or two, 2 days of several sessions, 3 some minutes that begin just after
    /// the epoch. Choose the distance of snapshots by <see cref="EveryMs"/>.
    /// </summary>
    public static IReadOnlyList<byte[]> Generate(int seed, int size)
    {
        var random = new Random(seed);
        var files = Enumerable.Range(0, random.Next(1, 4)).Select(_ => new MemoryStream()).ToArray();
        var clock = new LogClock(random, (LogPace)(seed & 3));
        var events = new EventMaker(random);
        // One file may run a little ahead of another, as partitions do.
        var aheadMs = files.Select(_ => random.NextInt64(3) * random.NextInt64(5_000)).ToArray();
        var largestTs = new long[files.Length];
        for (var i = 0; i < size; i++)
        {
            var nowTs = clock.Next();
            var file = random.Next(files.Length);
            if (largestTs[file] > LatenessMs && random.Next(40) == 0)
            {
                foreach (var fields in events.MakeMeetingAt(largestTs[file] - LatenessMs))
                {
                    Write(files[file], random, JsonStyle.Write(random, fields));
                }
            }

            if (random.Next(25) == 0)
            {
                Write(files[file], random, GarbageMaker.Make(random, events.Make(nowTs)));
                continue;
            }

            var ts = Disordered(random, nowTs + aheadMs[file]);
            largestTs[file] = Math.Max(largestTs[file], ts);
            Write(files[file], random, JsonStyle.Write(random, events.Make(ts)));
        }

        return [.. files.Select(file => WithoutLastFeed(random, file.ToArray()))];
    }

    /// <summary>
    /// A distance of snapshots that gives a log of <see cref="Generate"/> tens of snapshots, not thousands; often one that
    /// is no multiple of 5 s or 10 s, so that the ends of windows are rounded down.
    /// </summary>
    public static long EveryMs(int seed)
    {
        long[] choices = (LogPace)(seed & 3) switch
        {
            LogPace.Evening => [307_000, 600_000, 900_000],
            LogPace.Days => [3_607_000, 14_401_000, 36_000_000],
            _ => [13_000, 37_000, 120_000],
        };
        return choices[(seed >> 2 & int.MaxValue) % choices.Length];
    }

    /// <summary>
    /// The same files with the lines in another order, such that the replay must be the same. Every late and every moved
    /// line keeps its place, so the largest ts before it, and with it its bound, is the same. Between two of those, accepted
    /// lines are put in another order in which none is older than the largest ts before it - lateness: each gets the key
    /// ts + random(0..lateness) and they are sorted by it. Rejected and blank lines go anywhere in their stretch.
    /// Holds for the lateness given here, which must be that of the replay. Lines keep their bytes; what changes is only
    /// which of them ends without a line feed.
    /// </summary>
    public static IReadOnlyList<byte[]> Shuffle(IReadOnlyList<byte[]> files, int seed, long latenessMs)
    {
        ArgumentNullException.ThrowIfNull(files);
        var random = new Random(seed);
        return [.. files.Select(file => LogShuffle.Of(file, random, latenessMs))];
    }

    private static void Write(MemoryStream file, Random random, byte[] line)
    {
        file.Write(line);
        file.Write(random.Next(30) switch { 0 => " \r\n"u8, 1 => "\n\n"u8, 2 => "\n \t\r\n"u8, _ => "\n"u8 });
    }

    private static long Disordered(Random random, long nowTs)
    {
        var behindMs = random.Next(100) switch
        {
            < 60 => 0,
            < 85 => random.NextInt64(LatenessMs),
            < 88 => LatenessMs,
            < 90 => LatenessMs + 1,
            < 96 => LatenessMs + random.NextInt64(120_000),
            < 99 => random.NextInt64(4_000_000),
            _ => random.NextInt64(100_000_000),
        };
        return Math.Max(1, nowTs - behindMs);
    }

    private static byte[] WithoutLastFeed(Random random, byte[] file) =>
        file.Length > 0 && file[^1] == (byte)'\n' && random.Next(2) == 0 ? file[..^1] : file;
}
