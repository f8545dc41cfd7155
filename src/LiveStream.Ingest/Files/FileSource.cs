using LiveStream.Ingest.Decoding;
using LiveStream.Metrics.Events;
using LiveStream.Pipeline.Intake;

namespace LiveStream.Ingest.Files;

/// <summary>
/// Reads events from files (one JSON object a line, plain or gzip) into one intake. Each file is one partition; the next
/// block is always taken from the file whose watermark is least, so that files of the same time are read side by side.
/// Made and run by <c>livestream replay</c> on one thread; memory does not grow with the files.
/// </summary>
public sealed class FileSource : IDisposable
{
    private readonly LineFile[] _files;
    private readonly FileReport[] _reports;
    private readonly EventDecoder _decoder;

    /// <summary>Opens all files, so that one that is missing is found before any is read.</summary>
    /// <param name="paths">The files; each becomes the partition of its index.</param>
    /// <param name="decoder">Decodes the lines; used by this source alone.</param>
    /// <exception cref="IOException">A file is missing or cannot be read; the message is one sentence.</exception>
    public FileSource(IReadOnlyList<string> paths, EventDecoder decoder)
    {
        _decoder = decoder;
        _files = new LineFile[paths.Count];
        _reports = [.. paths.Select(path => new FileReport(path))];
        try
        {
            for (var i = 0; i < _files.Length; i++)
            {
                _files[i] = new LineFile(paths[i]);
            }
        }
        catch (IOException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of files, that is of partitions of the group.</summary>
    public int Count => _files.Length;

    /// <summary>Reads everything, waiting whenever the lanes are full, and ends every partition.</summary>
    /// <param name="intake">Door of a group of <see cref="Count"/> partitions.</param>
    /// <param name="progress">Told bytes read and their total (0 = unknown) after each block; called on this thread.</param>
    /// <param name="cancellation">Ends the reading between two blocks.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public FileReadResult Read(GroupIntake intake, Action<long, long>? progress, CancellationToken cancellation)
    {
        var ended = new bool[_files.Length];
        intake.IsBehind = true;
        var total = _files.Sum(file => file.TotalBytes);
        for (var open = _files.Length; open > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = LeastWatermark(intake, ended);
            if (!ReadBlock(next, intake))
            {
                ended[next] = true;
                open--;
                intake.EndPartition(next);
            }

            intake.Flush(cancellation);
            progress?.Invoke(_files.Sum(file => file.PositionBytes), total);
        }

        return new FileReadResult(_reports);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file?.Dispose();
        }
    }

    private static int LeastWatermark(GroupIntake intake, bool[] ended)
    {
        var least = -1;
        for (var i = 0; i < ended.Length; i++)
        {
            if (!ended[i] && (least < 0 || intake.WatermarkMs(i) < intake.WatermarkMs(least)))
            {
                least = i;
            }
        }

        return least;
    }

    private bool ReadBlock(int index, GroupIntake intake)
    {
        var file = _files[index];
        var report = _reports[index];
        try
        {
            if (!file.Fill())
            {
                return false;
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            report.Error = $"{report.Path} breaks off after line {report.Lines}: {error.Message}";
            return false;
        }

        while (file.TryRead(out var lines, out var overlong))
        {
            if (lines.IsEmpty)
            {
                ReadOverlong(report, intake, overlong);
            }
            else
            {
                ReadLines(lines, index, report, intake);
            }
        }

        return true;
    }

    private static void ReadOverlong(FileReport report, GroupIntake intake, bool overlong)
    {
        report.CountLines(1);
        if (overlong)
        {
            intake.Reject(RejectReason.Size);
            report.CountBad(report.Lines);
        }
    }

    private void ReadLines(ReadOnlySpan<byte> lines, int index, FileReport report, GroupIntake intake)
    {
        var reader = new LineReader(_decoder, TopicTypes.All, lines);
        while (reader.Read(out var parsed, out var reason))
        {
            if (reason == RejectReason.None)
            {
                intake.Add(index, parsed, GroupIntake.NoTimestamp);
            }
            else
            {
                intake.Reject(reason);
                report.CountBad(report.Lines + reader.Lines);
            }
        }

        report.CountLines(reader.Lines);
    }
}
