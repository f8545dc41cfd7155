using System.Buffers;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LiveStream.App.Recovery;

/// <summary>Files that survive a power cut once written: data flushed, then the folder that names them.</summary>
internal static class DurableFiles
{
    /// <summary>End of the name of a file that is not whole yet.</summary>
    public const string TemporarySuffix = ".tmp";

    private const int ReadOnly = 0;
    private const int AlreadyExists = 17;

    /// <summary>Creates a file that did not exist, readable by its owner only, and flushes it with its folder.</summary>
    /// <returns>False when the file is already there: somebody else was first.</returns>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}{TemporarySuffix}");
        try
        {
            using (var stream = Create(temporary, FileMode.CreateNew))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            if (!TryGiveName(temporary, path))
            {
                return false;
            }
        }
        finally
        {
            File.Delete(temporary);
        }

        FlushFolder(folder);
        return true;
    }

    /// <summary>
    /// Writes a file, readable by its owner only, beside its place, flushes it, and gives it its name: it is there whole or not at all.
    /// </summary>
    public static void Write(string path, ReadOnlySequence<byte> content)
    {
        var temporary = path + TemporarySuffix;
        try
        {
            using (var stream = Create(temporary, FileMode.Create))
            {
                foreach (var piece in content)
                {
                    stream.Write(piece.Span);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>
    /// Gives a whole file its second name, which one caller alone succeeds in: whoever comes later finds the file of the first. (The
    /// runtime's move without overwriting looks first and renames then, so two can succeed.)
    /// </summary>
    private static bool TryGiveName(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(temporary, path, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        }

        if (Link(temporary, path) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists
            ? false
            : throw new IOException($"{path} cannot be created: {new Win32Exception(error).Message}");
    }

    /// <summary>Makes created, renamed and deleted names of a folder durable.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        try
        {
            if (FSync(descriptor) != 0)
            {
                throw new IOException($"The folder {folder} cannot be flushed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
