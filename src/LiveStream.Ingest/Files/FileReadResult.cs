namespace LiveStream.Ingest.Files;

/// <summary>What came of all files, in the order in which they were named.</summary>
public sealed record FileReadResult(IReadOnlyList<FileReport> Files)
{
    /// <summary>Whether a file broke midway.</summary>
    public bool Broken => Files.Any(file => file.Error is not null);

    /// <summary>Rejected lines of all files.</summary>
    public long BadLines => Files.Sum(file => file.BadLines);
}
