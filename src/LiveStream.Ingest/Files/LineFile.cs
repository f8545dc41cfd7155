using System.Buffers;
using LiveStream.Ingest.Decoding;

namespace LiveStream.Ingest.Files;

/// <summary>
/// One file, plain or gzip (told by its first two bytes), handed out as whole lines from a pooled buffer; the next block is
/// read and decompressed on another thread meanwhile. Holds at most one line of <see cref="LineReader.MaxLineBytes"/> and one block,
/// whatever the file holds. Owned by <see cref="FileSource"/>.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private const int BlockBytes = 128 << 10;

    private readonly FileStream _file;
    private readonly GzipContent? _gzip;
    private readonly byte[] _ahead = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * BlockBytes);
    private Task<int> _reading;
    private int _at;
    private int _end;
    private bool _overlong;
    private bool _overlongIsBlank;
    private bool _ended;
    private long _position;

    /// <summary>Opens the file and begins to read it.</summary>
    /// <exception cref="IOException">It is not there or cannot be read; the message is one sentence.</exception>
    public LineFile(string path)
    {
        try
        {
            _file = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
            _end = _file.ReadAtLeast(_buffer.AsSpan(0, 2), 2, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _file?.Dispose();
            throw new IOException($"Cannot read {path}: {error.Message}", error);
        }

        TotalBytes = _file.CanSeek ? _file.Length : 0;
        if (_end == 2 && _buffer[0] == 0x1f && _buffer[1] == 0x8b)
        {
            if (!_file.CanSeek)
            {
                _file.Dispose();
                throw new IOException($"Cannot read {path}: a compressed file cannot come through a pipe; decompress it first");
            }

            _file.Position = 0;
            _end = 0;
            _gzip = new GzipContent(_file);
        }

        _reading = ReadAhead();
    }

    /// <summary>Size of the file as it lies there; 0 when unknown.</summary>
    public long TotalBytes { get; }

    /// <summary>How much of <see cref="TotalBytes"/> has been read.</summary>
    public long PositionBytes => Volatile.Read(ref _position);

    /// <summary>
    /// The whole lines of what has been read so far; false when there are none and <see cref="Fill"/> must be called. The end of a line that
    /// is longer than what is held comes alone, empty, with <paramref name="overlong"/> saying so (unless the line is blank).
    /// </summary>
    public bool TryRead(out ReadOnlySpan<byte> lines, out bool overlong)
    {
        var rest = _buffer.AsSpan(_at, _end - _at);
        overlong = false;
        if (_overlong)
        {
            return TryEndOverlong(rest, out lines, out overlong);
        }

        var length = _ended ? rest.Length : rest.LastIndexOf((byte)'\n') + 1;
        lines = rest[..length];
        _at += length;
        return length > 0;
    }

    /// <summary>Appends the next block; false at the end of the file, when the last line has been handed out.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="InvalidDataException">The gzip is broken; what was read before has been handed out, except a line cut by the break.</exception>
    public bool Fill()
    {
        if (_ended)
        {
            return false;
        }

        var read = _reading.GetAwaiter().GetResult();
        MakeRoom(read);
        _ahead.AsSpan(0, read).CopyTo(_buffer.AsSpan(_end));
        _end += read;
        _ended = read == 0;
        if (!_ended)
        {
            _reading = ReadAhead();
        }

        return true;
    }

    public void Dispose()
    {
        // The block being read belongs to the other thread until it is done, well or not.
        ((IAsyncResult)_reading).AsyncWaitHandle.WaitOne();
        _gzip?.Dispose();
        _file.Dispose();
        ArrayPool<byte>.Shared.Return(_ahead);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _at = _end = 0;
    }

    private Task<int> ReadAhead() => Task.Run(() =>
    {
        var read = _gzip?.Read(_ahead, BlockBytes) ?? _file.Read(_ahead, 0, BlockBytes);
        if (_file.CanSeek)
        {
            Volatile.Write(ref _position, _file.Position);
        }

        return read;
    });

    private bool TryEndOverlong(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> lines, out bool overlong)
    {
        var length = rest.IndexOf((byte)'\n');
        lines = default;
        overlong = false;
        if (length < 0 && !_ended)
        {
            return false;
        }

        var line = length < 0 ? rest : rest[..length];
        _at += length < 0 ? rest.Length : length + 1;
        _overlong = false;
        overlong = !_overlongIsBlank || !LineReader.IsBlank(line);
        return true;
    }

    private void MakeRoom(int bytes)
    {
        var kept = _end - _at;
        if (_overlong || kept > LineReader.MaxLineBytes)
        {
            // No line break in it, or TryRead would have taken it: all of it belongs to a line that is too long.
            _overlongIsBlank = (_overlongIsBlank || !_overlong) && LineReader.IsBlank(_buffer.AsSpan(_at, kept));
            _overlong = true;
            _at = _end = 0;
            return;
        }

        if (kept + bytes > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(kept + bytes, Math.Min(2 * _buffer.Length, LineReader.MaxLineBytes + BlockBytes + 1)));
            _buffer.AsSpan(_at, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_at, kept).CopyTo(_buffer);
        }

        _at = 0;
        _end = kept;
    }
}
