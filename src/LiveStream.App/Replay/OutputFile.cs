using LiveStream.App.Commands;

namespace LiveStream.App.Replay;

/// <summary>
/// The file a command writes: under a temporary name until <see cref="Commit"/> renames it, so that a reader never sees half of it
/// and a failed run leaves the old one. <c>-</c> is stdout; devices are written directly.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string? temporaryPath;

    private OutputFile(Stream stream, string? path, string? temporaryPath)
    {
        Stream = stream;
        Path = path;
        this.temporaryPath = temporaryPath;
    }

    /// <summary>Where to write.</summary>
    public Stream Stream { get; }

    /// <summary>Final path, or null for stdout.</summary>
    public string? Path { get; }

    /// <summary>Opens the output.</summary>
    /// <exception cref="UsageException">The path cannot be written.</exception>
    public static OutputFile Create(string? path)
    {
        if (path is null or "-")
        {
            return new OutputFile(new BufferedStream(Console.OpenStandardOutput(), 1 << 16), null, null);
        }

        if (Directory.Exists(path))
        {
            throw new UsageException($"The output {path} is a folder; name a file, or - for stdout.");
        }

        try
        {
            if (path.StartsWith("/dev/", StringComparison.Ordinal))
            {
                return new OutputFile(new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1 << 16), path, null);
            }

            var target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
            var temporary = System.IO.Path.GetFullPath($"{target}.{Environment.ProcessId}.tmp");
            return new OutputFile(new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16), target, temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The output {path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Path for temporary data: beside the output, or in the system's folder for stdout.</summary>
    public string ScratchPath(int lane) => temporaryPath is not null
        ? $"{temporaryPath}.lane{lane}"
        : System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"livestream-replay.{Environment.ProcessId}.lane{lane}");

    /// <summary>Everything is written: flushes and renames.</summary>
    public void Commit()
    {
        Stream.Dispose();
        if (temporaryPath is not null)
        {
            File.Move(temporaryPath, Path!, overwrite: true);
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (temporaryPath is not null)
        {
            File.Delete(temporaryPath);
        }
    }
}
