namespace LiveStream.Ingest.Kafka;

/// <summary>What a broker has of a partition.</summary>
/// <param name="First">Offset of the first record that is retained; more than 0 when older ones were deleted.</param>
/// <param name="End">End of the log.</param>
public readonly record struct LogBounds(long First, long End)
{
    /// <summary>Whether reading can go on at an offset.</summary>
    public bool Has(long offset) => offset >= First && offset <= End;
}
