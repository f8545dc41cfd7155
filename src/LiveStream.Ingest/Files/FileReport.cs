namespace LiveStream.Ingest.Files;

/// <summary>What came of one file.</summary>
public sealed class FileReport
{
    private const int KeptLineNumbers = 3;

    private readonly List<long> _firstBadLines = new(KeptLineNumbers);

    internal FileReport(string path) => Path = path;

    /// <summary>The file as it was named.</summary>
    public string Path { get; }

    /// <summary>Lines read, blank ones included.</summary>
    public long Lines { get; private set; }

    /// <summary>Lines that were rejected.</summary>
    public long BadLines { get; private set; }

    /// <summary>Numbers (from 1) of the first three rejected lines.</summary>
    public IReadOnlyList<long> FirstBadLines => _firstBadLines;

    /// <summary>Why the file could not be read to its end, as one sentence; null when it was.</summary>
    public string? Error { get; internal set; }

    internal void CountLines(long lines) => Lines += lines;

    /// <summary>One of the lines is bad.</summary>
    internal void CountBad(long number)
    {
        BadLines++;
        if (_firstBadLines.Count < KeptLineNumbers)
        {
            _firstBadLines.Add(number);
        }
    }
}
