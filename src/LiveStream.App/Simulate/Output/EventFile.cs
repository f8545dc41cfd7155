using System.IO.Compression;

namespace LiveStream.App.Simulate;

/// <summary>One file of JSON lines, gzip when its name ends in .gz, written through one buffer. Owned by the file writer.</summary>
internal sealed class EventFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private readonly Stream _stream;
    private int _used;

    public EventFile(string path)
    {
        var file = path == "-"
            ? Console.OpenStandardOutput()
            : new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest) : file;
    }

    /// <summary>Writes one line and returns its bytes.</summary>
    public int Write(in SimulatedEvent e)
    {
        if (_used > BufferBytes - SimulatedEventJson.MaxBytes - 1)
        {
            Flush();
        }

        var length = SimulatedEventJson.Write(in e, _buffer.AsSpan(_used));
        _buffer[_used + length] = (byte)'\n';
        _used += length + 1;
        return length + 1;
    }

    public void Dispose()
    {
        Flush();
        _stream.Dispose();
    }

    private void Flush()
    {
        _stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}
