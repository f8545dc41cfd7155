namespace LiveStream.Oracle;

/// <summary>Reads one file as one partition: splits lines, decodes them, and judges lateness in their order.</summary>
internal sealed class Partition
{
    private long? _largestTs;

    public long Read { get; private set; }

    public long Rejected { get; private set; }

    public long Late { get; private set; }

    /// <summary>What was not rejected and not late, moved events with the ts of their bound.</summary>
    public List<LogEvent> Accepted { get; } = [];

    public static Partition Of(byte[] file, long latenessMs)
    {
        var partition = new Partition();
        foreach (var line in Lines(file).Where(line => !IsBlank(line)))
        {
            partition.Read++;
            if (EventReader.Read(line) is { } read)
            {
                partition.Judge(read, latenessMs);
            }
            else
            {
                partition.Rejected++;
            }
        }

        return partition;
    }

    /// <summary>The lines without their line feeds; what follows the last line feed is a line as well.</summary>
    public static IEnumerable<ArraySegment<byte>> Lines(byte[] file)
    {
        var from = 0;
        while (from <= file.Length)
        {
            var feed = Array.IndexOf(file, (byte)'\n', from);
            var to = feed < 0 ? file.Length : feed;
            yield return new ArraySegment<byte>(file, from, to - from);
            from = to + 1;
        }
    }

    public static bool IsBlank(ArraySegment<byte> line) => line.All(value => value is (byte)' ' or (byte)'\t' or (byte)'\r');

    private void Judge(LogEvent read, long latenessMs)
    {
        var boundTs = _largestTs - latenessMs;
        if (boundTs is null || read.Ts >= boundTs)
        {
            _largestTs = Math.Max(_largestTs ?? 0, read.Ts);
            Accepted.Add(read);
        }
        else if (read.Type.IsMovable())
        {
            Accepted.Add(read with { Ts = boundTs.Value });
        }
        else
        {
            Late++;
        }
    }
}
