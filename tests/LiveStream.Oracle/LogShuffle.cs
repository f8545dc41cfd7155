namespace LiveStream.Oracle;

/// <summary>Reorders the lines of one file within its lateness; what it guarantees stands at <see cref="LogGenerator.Shuffle"/>.</summary>
internal static class LogShuffle
{
    public static byte[] Of(byte[] file, Random random, long latenessMs)
    {
        var shuffled = new List<ArraySegment<byte>>();
        var stretch = new List<(ArraySegment<byte> Line, long? Ts)>();
        long? largestTs = null;

        void CloseStretch()
        {
            shuffled.AddRange(InOtherOrder(stretch, random, latenessMs));
            stretch.Clear();
        }

        foreach (var line in Partition.Lines(file))
        {
            var read = Partition.IsBlank(line) ? null : EventReader.Read(line);
            if (read is not null && read.Ts < largestTs - latenessMs)
            {
                CloseStretch();
                shuffled.Add(line);
                continue;
            }

            largestTs = read is null ? largestTs : Math.Max(largestTs ?? 0, read.Ts);
            stretch.Add((line, read?.Ts));
        }

        CloseStretch();
        return Joined(shuffled);
    }

    private static IEnumerable<ArraySegment<byte>> InOtherOrder(
        List<(ArraySegment<byte> Line, long? Ts)> stretch, Random random, long latenessMs)
    {
        var times = stretch.Where(item => item.Ts is not null).Select(item => item.Ts!.Value).DefaultIfEmpty(0).ToArray();
        return
        [
            .. stretch
                .Select(item => (item.Line, Key: (item.Ts ?? times[random.Next(times.Length)]) + random.NextInt64(latenessMs + 1)))
                .OrderBy(item => item.Key)
                .ThenBy(_ => random.Next())
                .Select(item => item.Line),
        ];
    }

    private static byte[] Joined(List<ArraySegment<byte>> lines)
    {
        var joined = new MemoryStream();
        for (var i = 0; i < lines.Count; i++)
        {
            joined.Write(i > 0 ? "\n"u8 : []);
            joined.Write(lines[i]);
        }

        return joined.ToArray();
    }
}
