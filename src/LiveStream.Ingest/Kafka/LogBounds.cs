namespace LiveStream.Ingest.Kafka;

/// <summary>What a broker still has of a partition.</summary>
/// <param name="First">Offset of the first record that is retained.</param>
/// <param name="End">End of the log.</param>
/// <param name="FirstTimestampMs">Timestamp of the first retained record; null when none is retained, or nothing was cut off.</param>
public readonly record struct LogBounds(long First, long End, long? FirstTimestampMs)
{
    /// <summary>Whether reading can go on at an offset.</summary>
    public bool Has(long offset) => offset >= First && offset <= End;

    /// <summary>
    /// Time before which events may be missing, ms since the Unix epoch; null when every log is whole. Records lie in the order of their
    /// timestamps, and no accepted event is more than a minute ahead of its record's, so what was cut off is older than the first retained
    /// record and that minute; of a log that was emptied nothing more is known than that it is the past.
    /// </summary>
    public static long? CutBeforeMs(IReadOnlyList<LogBounds> logs, long wallClockMs)
    {
        long? cut = null;
        foreach (var log in logs)
        {
            if (log.First > 0)
            {
                cut = Math.Max(cut ?? long.MinValue, (log.FirstTimestampMs ?? wallClockMs) + RecordHandler.MaxFutureMs);
            }
        }

        return cut;
    }
}
